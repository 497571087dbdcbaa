// What `wslbctl doctor` found: one thing that is wrong on a host, and what to do about it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wslb::ctl::doctor {

// Problem: it does not work now, or will not at the next failover. Warning: it works, and something
// that may well happen will break it.
enum class Severity : std::uint8_t { Problem, Warning };

struct Finding {
  Severity severity = Severity::Warning;
  std::string id;       // stays the same between versions: "rp-filter"
  std::string subject;  // an interface, a file, a section; may be empty
  std::string what;     // one line
  std::string why;      // why it matters
  std::string remedy;   // a command, or what to write where
};

struct Report {
  std::vector<Finding> findings;       // problems first
  std::vector<std::string> unchecked;  // what could not be looked at, and why
};

}  // namespace wslb::ctl::doctor

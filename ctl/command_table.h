// Every command of wslbctl: how it is written, what it does, how its words are read. The usage is
// made of it, `help --json` lists it, and tests go through it, so that no command is forgotten by
// any of them. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ctl/arguments.h"

namespace wslb::ctl {

// The words of the line, options taken out.
struct CommandLine {
  std::vector<std::string> words;  // the command first
  bool follow = false;
  bool help = false;
  bool hard = false;
  std::optional<std::string> to;
  std::optional<std::string> rows;     // -n
  std::optional<std::string> seconds;  // -i
  std::optional<std::string> listen;

  // Empty: it is not there.
  [[nodiscard]] std::string operand(std::size_t at) const {
    return words.size() > at ? words[at] : "";
  }
};

struct Verb {
  std::string_view name;
  std::string_view usage;  // its lines of usage(), as they stand there
  std::size_t operands_max;
  std::string_view option;  // the one that it takes besides --json; empty: none
  bool needs_agent;         // without one it can say nothing
  base::Result<Command> (*parse)(const CommandLine& line);
};

[[nodiscard]] std::span<const Verb> command_table();

// [{"name","usage","needs_agent"}]
[[nodiscard]] std::string usage_json();

}  // namespace wslb::ctl

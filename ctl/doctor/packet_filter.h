// A host's packet filter as far as it can be judged from its rules: whether it surely drops a
// packet. What is not understood (marks, rates, sets of unknown kinds) may match or not, and a rule
// that may accept what a later one drops leaves the verdict open.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ip_address.h"

namespace wslb::ctl::doctor {

struct Condition {
  enum class Field : std::uint8_t {
    InInterface,
    OutInterface,
    Protocol,
    Source,
    Destination,
    DestinationPort,
    Family,
    State,  // of connection tracking
    Other,
  };

  Field field = Field::Other;
  bool negated = false;
  std::vector<std::string> values;  // one of them: "vrrp", "10.0.0.0/8", "80-90", "new"
};

enum class RuleVerdict : std::uint8_t { Continue, Accept, Drop, Return, Jump, Goto, Unknown };

struct Rule {
  std::vector<Condition> conditions;
  RuleVerdict verdict = RuleVerdict::Continue;
  std::string target;  // of Jump and Goto
};

struct Chain {
  std::string family;  // "ip", "ip6", "inet"
  std::string table;
  std::string name;
  std::string hook;  // "input", "output", ...; empty: it is jumped to
  bool drops_by_default = false;
  std::vector<Rule> rules;
};

struct Ruleset {
  std::vector<Chain> chains;
};

// A packet that is not part of a connection yet.
struct Probe {
  std::string what;  // "the adverts of lb2 (10.0.0.12)"
  bool incoming = true;
  std::string interface;
  int protocol = 0;
  base::IpAddress source;  // unspecified, of IPv6: any link-local address
  base::IpAddress destination;
  std::optional<std::uint16_t> port;  // the destination's
};

// The chain that surely drops it: "inet filter input"; nullopt: it passes, or that is not known.
[[nodiscard]] std::optional<std::string> dropped_by(const Ruleset& rules, const Probe& probe);

}  // namespace wslb::ctl::doctor

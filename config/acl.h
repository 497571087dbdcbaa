// ACLs and the conditions built from them: `acl NAME SAMPLE [-i] [-f FILE] [-m METHOD] PATTERN...`,
// and `if a !b || { SAMPLE PATTERN }`. This is their meaning; proxy/http evaluates them.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "base/regex.h"
#include "config/diagnostic.h"
#include "config/sample.h"

namespace wslb::config {

// How a sample is compared with a pattern. HAProxy's suffixes: hdr_end(host) is a header, Suffix.
enum class Match : std::uint8_t {
  Found,  // there is a value, whatever it is
  Bool,   // it is true or not 0
  Int,    // a number in a range
  Length,
  Address,  // in a network
  Exact,
  Prefix,
  Suffix,
  Substring,
  Directory,  // whole components between '/' and '?'
  Domain,     // whole components between those, '.' and ':'
  Regex,
};

struct IntRange {
  std::int64_t first = std::numeric_limits<std::int64_t>::min();
  std::int64_t last = std::numeric_limits<std::int64_t>::max();
};

struct Network {
  base::IpAddress address;
  int prefix = 0;
};

// One test: any of the patterns matches any value of the sample.
struct AclTest {
  Sample sample;
  Match match = Match::Exact;
  bool ignore_case = false;  // -i
  // As the match has it; the others are empty.
  std::vector<std::string> patterns;
  std::vector<IntRange> ranges;
  std::vector<Network> networks;
  std::vector<base::Regex> regexes;
  Location where;
};

// A term of a condition: lines of an ACL's name are one term (they OR); `!` negates it.
struct ConditionTerm {
  bool negated = false;
  std::vector<AclTest> any_of;
};

// `if` terms joined by AND, groups of them by OR. `unless` negates the whole.
struct Condition {
  bool negated = false;
  std::vector<std::vector<ConditionTerm>> any_of_all;  // empty: always true
};

}  // namespace wslb::config

// ACLs and the conditions built from them: `acl NAME SAMPLE [-i] [-f FILE] [-m METHOD] PATTERN...`,
// and `if a !b || { SAMPLE PATTERN }`. This is their meaning; proxy/http evaluates them.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
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
  Binary,  // the pattern is in hexadecimal
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

// As the match has it; the others are empty.
struct Patterns {
  std::vector<std::string> patterns;
  std::vector<IntRange> ranges;
  std::vector<Network> networks;
  std::vector<base::Regex> regexes;
};

// One test: any of the patterns matches any value of the sample.
struct AclTest : Patterns {
  Sample sample;
  Match match = Match::Exact;
  bool ignore_case = false;  // -i
  // Those of all `-f`, which may be many. Whole texts are sorted, and in lower case where case does
  // not count.
  std::shared_ptr<const Patterns> from_files;
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

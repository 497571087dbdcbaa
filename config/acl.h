// ACLs and the conditions built from them: `acl NAME FETCH [-i] [-f FILE] PATTERN...`, and
// `if a !b || { FETCH PATTERN }`. This is their meaning; proxy/http evaluates them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/diagnostic.h"

namespace wslb::config {

// How a sample is compared with a pattern. HAProxy's suffixes: hdr_end(host) is {Header, Suffix}.
enum class Match : std::uint8_t { Exact, Prefix, Suffix, Substring };

enum class Fetch : std::uint8_t { Header, Path };

// One test: any of the patterns matches any value of the fetched sample. A header's value is split
// at commas first, as HAProxy's hdr() does.
struct AclTest {
  Fetch fetch = Fetch::Header;
  std::string argument;  // the header's name
  Match match = Match::Exact;
  bool ignore_case = false;  // -i
  std::vector<std::string> patterns;
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

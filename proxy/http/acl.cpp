#include "proxy/http/acl.h"

#include <algorithm>
#include <string_view>

#include "proxy/http/characters.h"
#include "proxy/http/list.h"

namespace wslb::proxy::http {

namespace {

bool equal(std::string_view a, std::string_view b, bool ignore_case) {
  return ignore_case ? equal_ignoring_case(a, b) : a == b;
}

bool contains(std::string_view sample, std::string_view pattern, bool ignore_case) {
  for (std::size_t i = 0; i + pattern.size() <= sample.size(); ++i) {
    if (equal(sample.substr(i, pattern.size()), pattern, ignore_case)) return true;
  }
  return false;
}

bool matches(const config::AclTest& test, std::string_view sample, std::string_view pattern) {
  const std::size_t size = pattern.size();
  if (size > sample.size()) return false;
  switch (test.match) {
    case config::Match::Exact:
      return equal(sample, pattern, test.ignore_case);
    case config::Match::Prefix:
      return equal(sample.substr(0, size), pattern, test.ignore_case);
    case config::Match::Suffix:
      return equal(sample.substr(sample.size() - size), pattern, test.ignore_case);
    case config::Match::Substring:
      return contains(sample, pattern, test.ignore_case);
  }
  return false;
}

bool matches_any_pattern(const config::AclTest& test, std::string_view sample) {
  return std::ranges::any_of(
      test.patterns, [&](const std::string& pattern) { return matches(test, sample, pattern); });
}

bool holds(const config::ConditionTerm& term, const RequestHead& head) {
  const bool any = std::ranges::any_of(
      term.any_of, [&](const config::AclTest& test) { return matches(test, head); });
  return any != term.negated;
}

}  // namespace

bool matches(const config::AclTest& test, const RequestHead& head) {
  if (test.fetch == config::Fetch::Path) return matches_any_pattern(test, head.path());
  return std::ranges::any_of(head.fields.all(), [&](const Field& field) {
    return equal_ignoring_case(field.name, test.argument) &&
           !for_each_element(field.value, [&](std::string_view element) {
             return !matches_any_pattern(test, element);
           });
  });
}

bool holds(const config::Condition& condition, const RequestHead& head) {
  const auto all_hold = [&](const std::vector<config::ConditionTerm>& terms) {
    return std::ranges::all_of(
        terms, [&](const config::ConditionTerm& term) { return holds(term, head); });
  };
  const bool any =
      condition.any_of_all.empty() || std::ranges::any_of(condition.any_of_all, all_hold);
  return any != condition.negated;
}

}  // namespace wslb::proxy::http

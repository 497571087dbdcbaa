#include "proxy/http/acl.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "proxy/http/characters.h"
#include "proxy/http/sample.h"

// Each function answers for the matches of its own kind.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wswitch-enum"

namespace wslb::proxy::http {

namespace {

using config::AclTest;
using config::Match;
using config::Patterns;

bool equal(std::string_view a, std::string_view b, bool ignore_case) {
  return ignore_case ? equal_ignoring_case(a, b) : a == b;
}

bool contains(std::string_view sample, std::string_view pattern, bool ignore_case) {
  for (std::size_t i = 0; i + pattern.size() <= sample.size(); ++i) {
    if (equal(sample.substr(i, pattern.size()), pattern, ignore_case)) return true;
  }
  return false;
}

// Whether the pattern is one or more whole components of the sample, parted by `delimiters`.
bool contains_components(std::string_view sample, std::string_view pattern,
                         std::string_view delimiters, bool ignore_case) {
  const auto parts = [&](char c) { return delimiters.find(c) != std::string_view::npos; };
  while (!pattern.empty() && parts(pattern.front())) pattern.remove_prefix(1);
  while (!pattern.empty() && parts(pattern.back())) pattern.remove_suffix(1);
  for (std::size_t i = 0; i + pattern.size() <= sample.size(); ++i) {
    const std::size_t end = i + pattern.size();
    const bool whole =
        (i == 0 || parts(sample[i - 1])) && (end == sample.size() || parts(sample[end]));
    if (whole && equal(sample.substr(i, pattern.size()), pattern, ignore_case)) return true;
  }
  return false;
}

bool matches_text(const AclTest& test, std::string_view sample, std::string_view pattern) {
  const std::size_t size = pattern.size();
  if (size > sample.size() && test.match < Match::Directory) return false;
  switch (test.match) {
    case Match::Prefix:
      return equal(sample.substr(0, size), pattern, test.ignore_case);
    case Match::Suffix:
      return equal(sample.substr(sample.size() - size), pattern, test.ignore_case);
    case Match::Substring:
      return contains(sample, pattern, test.ignore_case);
    case Match::Directory:
      return contains_components(sample, pattern, "/?", test.ignore_case);
    case Match::Domain:
      return contains_components(sample, pattern, "/?.:", test.ignore_case);
    case Match::Binary:
      return sample == pattern;
    default:
      return equal(sample, pattern, test.ignore_case);
  }
}

// In the sorted patterns of files.
bool is_listed(const AclTest& test, const Patterns& listed, std::string_view sample) {
  if (!test.ignore_case || test.match == Match::Binary) {
    return std::ranges::binary_search(listed.patterns, sample);
  }
  std::string small(sample);
  std::ranges::transform(small, small.begin(), lower);
  return std::ranges::binary_search(listed.patterns, small);
}

bool in_range(const Patterns& patterns, std::int64_t number) {
  return std::ranges::any_of(patterns.ranges, [number](const config::IntRange& range) {
    return range.first <= number && number <= range.last;
  });
}

// ::ffff:a.b.c.d is the same host as a.b.c.d.
using MappedBytes = std::array<std::uint8_t, 16>;

MappedBytes mapped(const base::IpAddress& address) {
  MappedBytes bytes{};
  const base::ByteView own = address.bytes();
  if (address.is_v4()) bytes[10] = bytes[11] = 0xff;
  std::ranges::copy(own, bytes.end() - static_cast<std::ptrdiff_t>(own.size()));
  return bytes;
}

bool in_network(const config::Network& network, const base::IpAddress& address) {
  const MappedBytes wanted = mapped(network.address);
  const MappedBytes seen = mapped(address);
  int left = network.prefix + (network.address.is_v4() ? 96 : 0);
  for (std::size_t i = 0; i < seen.size() && left > 0; ++i, left -= 8) {
    const unsigned mask = left >= 8 ? 0xffU : 0xffU << static_cast<unsigned>(8 - left) & 0xffU;
    if (((wanted[i] ^ seen[i]) & mask) != 0) return false;
  }
  return true;
}

bool matches_address(const Patterns& patterns, const Value& value) {
  const auto address = value.to_address();
  if (!address) return false;
  return std::ranges::any_of(patterns.networks, [&](const config::Network& network) {
    return in_network(network, *address);
  });
}

bool matches_any(const AclTest& test, const Patterns& patterns, const Value& value) {
  if (test.match == Match::Int) {
    const auto number = value.to_int();
    return number && in_range(patterns, *number);
  }
  if (test.match == Match::Address) return matches_address(patterns, value);
  std::string scratch;
  const std::string_view text = value.to_text(scratch);
  if (test.match == Match::Length) {
    return in_range(patterns, static_cast<std::int64_t>(text.size()));
  }
  if (test.match == Match::Regex) {
    return std::ranges::any_of(patterns.regexes,
                               [&](const base::Regex& regex) { return regex.matches(text); });
  }
  const bool whole = test.match == Match::Exact || test.match == Match::Binary;
  if (whole && &patterns == test.from_files.get()) return is_listed(test, patterns, text);
  return std::ranges::any_of(patterns.patterns, [&](const std::string& pattern) {
    return matches_text(test, text, pattern);
  });
}

bool matches_value(const AclTest& test, const Value& value) {
  if (test.match == Match::Found) return true;
  if (test.match == Match::Bool) return value.to_int().value_or(0) != 0;
  return matches_any(test, test, value) ||
         (test.from_files != nullptr && matches_any(test, *test.from_files, value));
}

bool holds(const config::ConditionTerm& term, const Transaction& transaction) {
  const bool any = std::ranges::any_of(
      term.any_of, [&](const AclTest& test) { return matches(test, transaction); });
  return any != term.negated;
}

}  // namespace

bool matches(const AclTest& test, const Transaction& transaction) {
  return any_value(test.sample, transaction,
                   [&test](const Value& value) { return matches_value(test, value); });
}

bool holds(const config::Condition& condition, const Transaction& transaction) {
  const auto all_hold = [&](const std::vector<config::ConditionTerm>& terms) {
    return std::ranges::all_of(
        terms, [&](const config::ConditionTerm& term) { return holds(term, transaction); });
  };
  const bool any =
      condition.any_of_all.empty() || std::ranges::any_of(condition.any_of_all, all_hold);
  return any != condition.negated;
}

}  // namespace wslb::proxy::http

#pragma GCC diagnostic pop

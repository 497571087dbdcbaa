#include "config/acl_test.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "config/haproxy_words.h"
#include "config/spelling.h"

namespace wslb::config {
namespace {

// HAProxy's names join what is sampled and how it is compared.
struct FetchName {
  std::string_view name;
  Fetch fetch;
  Match match;
};

constexpr auto kFetches = std::to_array<FetchName>({
    {"hdr", Fetch::Header, Match::Exact},
    {"req.hdr", Fetch::Header, Match::Exact},
    {"hdr_beg", Fetch::Header, Match::Prefix},
    {"hdr_end", Fetch::Header, Match::Suffix},
    {"hdr_sub", Fetch::Header, Match::Substring},
    {"path", Fetch::Path, Match::Exact},
    {"path_beg", Fetch::Path, Match::Prefix},
    {"path_end", Fetch::Path, Match::Suffix},
    {"path_sub", Fetch::Path, Match::Substring},
});

struct MatchName {
  std::string_view name;
  Match match;
};

constexpr auto kMatches = std::to_array<MatchName>({
    {"str", Match::Exact},
    {"beg", Match::Prefix},
    {"end", Match::Suffix},
    {"sub", Match::Substring},
});

template <typename Table>
std::vector<std::string_view> names_of(const Table& table, Words more) {
  std::vector<std::string_view> names;
  for (const auto& row : table) names.push_back(row.name);
  names.insert(names.end(), more.begin(), more.end());
  return names;
}

// "hdr_end(host),lower": name, argument and what follows.
struct Sample {
  std::string_view name;
  std::optional<std::string_view> argument;
  std::string_view converters;
};

std::optional<Sample> split_sample(std::string_view word) {
  const auto name_end = std::min(word.find_first_of("(,"), word.size());
  Sample sample{word.substr(0, name_end), std::nullopt, word.substr(name_end)};
  if (sample.converters.starts_with('(')) {
    const auto close = sample.converters.find(')');
    if (close == std::string_view::npos) return std::nullopt;
    sample.argument = sample.converters.substr(1, close - 1);
    sample.converters.remove_prefix(close + 1);
  }
  return sample;
}

// Fills in fetch, argument and match; false after an error.
bool read_sample(const std::string& word, AclTest& test, const Statement& statement) {
  const auto sample = split_sample(word);
  if (!sample) {
    statement.error("'" + word + "' lacks a ')'");
    return false;
  }
  const auto row = std::ranges::find(kFetches, sample->name, &FetchName::name);
  if (row == kFetches.end()) {
    const Words known = haproxy_fetches();
    if (std::ranges::count(known, sample->name) > 0) {
      statement.refuse(sample->name);
    } else {
      statement.error("knows no sample '" + std::string(sample->name) + "'" +
                      did_you_mean(sample->name, names_of(kFetches, known)));
    }
    return false;
  }
  if (!sample->converters.empty()) {
    statement.refuse(sample->converters);
    return false;
  }
  const std::string_view argument = sample->argument.value_or("");
  const bool is_header = row->fetch == Fetch::Header;
  if (is_header && (argument.empty() || argument.find(',') != std::string_view::npos)) {
    statement.error("expects one header's name, such as " + std::string(sample->name) +
                    "(host), not '" + word + "'");
    return false;
  }
  if (!is_header && sample->argument) {
    statement.error("'" + std::string(sample->name) + "' has no argument in parentheses");
    return false;
  }
  test.fetch = row->fetch;
  test.argument = argument;
  test.match = row->match;
  return true;
}

bool read_method(const std::string& name, AclTest& test, const Statement& statement) {
  const auto row = std::ranges::find(kMatches, name, &MatchName::name);
  if (row != kMatches.end()) {
    test.match = row->match;
    return true;
  }
  const Words known = haproxy_matches();
  if (std::ranges::count(known, name) > 0) {
    statement.refuse("-m " + name);
  } else {
    statement.error("knows no matching method '" + name + "'" +
                    did_you_mean(name, names_of(kMatches, known)));
  }
  return false;
}

}  // namespace

std::optional<AclTest> parse_acl_test(std::span<const std::string> words,
                                      const Statement& statement) {
  AclTest test;
  test.where = statement.where();
  if (words.empty()) {
    statement.error("expects a test such as: hdr(host) -i www.example.com");
    return std::nullopt;
  }
  const std::string& sample = words[0];
  if (!read_sample(sample, test, statement)) return std::nullopt;

  std::size_t next = 1;
  bool no_more_flags = false;
  for (; next < words.size() && words[next].starts_with('-') && !no_more_flags; ++next) {
    const std::string& flag = words[next];
    if (flag == "-i") {
      test.ignore_case = true;
    } else if (flag == "--") {
      no_more_flags = true;
    } else if (flag == "-m" && next + 1 < words.size()) {
      if (!read_method(words[++next], test, statement)) return std::nullopt;
    } else if (flag == "-f" || flag == "-M" || flag == "-n" || flag == "-u") {
      statement.refuse(flag);
      return std::nullopt;
    } else {
      statement.error("knows no flag '" + flag +
                      "'; put '--' before a pattern that begins with '-'");
      return std::nullopt;
    }
  }
  const auto patterns = words.subspan(next);
  test.patterns.assign(patterns.begin(), patterns.end());
  if (test.patterns.empty() && !no_more_flags) {
    statement.warning("'" + sample + "' has no pattern to compare with and never matches");
  }
  return test;
}

}  // namespace wslb::config

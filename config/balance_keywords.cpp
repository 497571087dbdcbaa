// `balance` and what belongs to it.
#include <array>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "config/section.h"
#include "config/spelling.h"
#include "config/word_names.h"

namespace wslb::config {
namespace {

using Algorithm = Balance::Algorithm;

constexpr std::int64_t kCountMax = std::numeric_limits<std::int32_t>::max();

// "hdr(name)" taken apart; without parentheses the argument is empty.
struct Word {
  std::string name;
  std::string argument;
};

Word split_word(const std::string& text) {
  const auto open = text.find('(');
  if (open == std::string::npos || text.back() != ')') return {text, ""};
  return {text.substr(0, open), text.substr(open + 1, text.size() - open - 2)};
}

void no_argument(Balance& /*rule*/, const Word& /*word*/, const Statement& statement) {
  if (statement.size() > 1) statement.error("cannot use the argument '" + statement[1] + "'");
}

void uri(Balance& rule, const Word& /*word*/, const Statement& statement) {
  for (std::size_t i = 1; i < statement.size(); ++i) {
    if (statement.is(i, "whole")) {
      rule.whole = true;
    } else if (statement.is(i, "len") || statement.is(i, "depth")) {
      const bool is_length = statement.is(i, "len");
      if (const auto value = statement.integer(++i, 1, kCountMax)) {
        (is_length ? rule.length : rule.depth) = static_cast<std::size_t>(*value);
      }
    } else if (!statement.is(i, "path-only")) {  // what is left of a target here is a path
      return statement.error("uri knows no '" + statement[i] + "'" +
                             did_you_mean(statement[i], {"len", "depth", "whole", "path-only"}));
    }
  }
}

void url_param(Balance& rule, const Word& /*word*/, const Statement& statement) {
  if (statement.size() < 2) return statement.error("url_param lacks the name of the parameter");
  rule.name = statement[1];
  rule.check_post = statement.is(2, "check_post");
  // What may follow it has had no effect for long.
  if (statement.size() > 2 && !rule.check_post)
    statement.error("cannot use the argument '" + statement[2] + "'");
}

void header(Balance& rule, const Word& word, const Statement& statement) {
  rule.name = word.argument;
  if (rule.name.empty()) return statement.error("hdr(NAME) lacks the name of the header");
  for (std::size_t i = 1; i < statement.size(); ++i) {
    if (!statement.is(i, "use_domain_only")) {
      return statement.error("hdr knows no '" + statement[i] + "', only 'use_domain_only'");
    }
    rule.domain_only = true;
  }
}

void rdp_cookie(Balance& rule, const Word& word, const Statement& statement) {
  rule.name = word.argument.empty() ? "mstshash" : word.argument;
  if (statement.size() > 1) statement.error("cannot use the argument '" + statement[1] + "'");
}

void random(Balance& rule, const Word& word, const Statement& statement) {
  if (statement.size() > 1) {
    return statement.error("random writes the number of draws as random(N), not '" + statement[1] +
                           "'");
  }
  if (word.argument.empty()) return;
  if (const auto draws = statement.accept(parse_integer(word.argument, 1, 1000))) {
    rule.draws = static_cast<int>(*draws);
  }
}

struct Row {
  std::string_view name;
  Algorithm algorithm;
  void (*read)(Balance&, const Word&, const Statement&);
};

constexpr auto kAlgorithms = std::to_array<Row>({
    {"roundrobin", Algorithm::RoundRobin, no_argument},
    {"static-rr", Algorithm::StaticRoundRobin, no_argument},
    {"leastconn", Algorithm::LeastConn, no_argument},
    {"first", Algorithm::First, no_argument},
    {"random", Algorithm::Random, random},
    {"source", Algorithm::Source, no_argument},
    {"uri", Algorithm::Uri, uri},
    {"url_param", Algorithm::UrlParam, url_param},
    {"hdr", Algorithm::Header, header},
    {"rdp-cookie", Algorithm::RdpCookie, rdp_cookie},
});

void balance(ProxyDraft& draft, const Statement& statement) {
  const Word word = split_word(statement[0]);
  for (const Row& row : kAlgorithms) {
    if (row.name != word.name) continue;
    Balance rule;
    rule.algorithm = row.algorithm;
    row.read(rule, word, statement);
    draft.section.balance = rule;
    return;
  }
  statement.error("knows no '" + statement[0] + "'" +
                  did_you_mean(word.name, balance_algorithm_names()));
}

void hash_type(ProxyDraft& draft, const Statement& statement) {
  HashType rule;
  rule.balance_factor = draft.section.hash_type.balance_factor;
  rule.consistent = statement.is(0, "consistent");
  if (!rule.consistent && !statement.is(0, "map-based")) {
    return statement.expects("'map-based' or 'consistent'");
  }
  constexpr auto kFunctions = std::to_array<std::string_view>({"sdbm", "djb2", "wt6", "crc32"});
  if (statement.size() < 2) {
    rule.avalanche = rule.consistent;
  } else {
    std::size_t function = 0;
    while (function < kFunctions.size() && kFunctions[function] != statement[1]) ++function;
    if (function == kFunctions.size()) {
      return statement.error("knows no hash function '" + statement[1] +
                             "'; there are sdbm, djb2, wt6 and crc32");
    }
    rule.function = static_cast<HashType::Function>(function);
    rule.avalanche = statement.is(2, "avalanche");
    if (statement.size() > 2 && !rule.avalanche) {
      return statement.error("knows no modifier '" + statement[2] + "', only 'avalanche'");
    }
  }
  draft.section.hash_type = rule;
}

void hash_balance_factor(ProxyDraft& draft, const Statement& statement) {
  const auto factor = statement.integer(0, 0, kCountMax);
  if (!factor) return;
  if (*factor > 0 && *factor <= 100) return statement.expects("0 (off) or more than 100 per cent");
  draft.section.hash_type.balance_factor = static_cast<std::uint32_t>(*factor);
}

void fullconn(ProxyDraft& draft, const Statement& statement) {
  if (const auto value = statement.integer(0, 0, kCountMax)) {
    draft.section.fullconn = static_cast<std::uint32_t>(*value);
  }
}

void allbackups(ProxyDraft& draft, const Statement& statement) {
  draft.section.options.allbackups = statement.prefix() == Prefix::None;
}

constexpr auto kBalanceKeywords = std::to_array<Keyword<ProxyDraft>>({
    {"balance", "balance ALGORITHM [OPTION...]", 1, kAnyNumber, balance, Side::Backend},
    {"hash-type", "hash-type map-based|consistent [FUNCTION [avalanche]]", 1, 3, hash_type,
     Side::Backend},
    {"hash-balance-factor", "hash-balance-factor PER-CENT", 1, 1, hash_balance_factor,
     Side::Backend},
    {"fullconn", "fullconn NUMBER", 1, 1, fullconn, Side::Backend},
    {.name = "option allbackups",
     .usage = "option allbackups",
     .apply = allbackups,
     .side = Side::Backend,
     .negatable = true},
});

}  // namespace

WordNames balance_algorithm_names() {
  WordNames names;
  for (const Row& row : kAlgorithms) names.push_back(row.name);
  return names;
}

Keywords<ProxyDraft> balance_keywords() {
  return kBalanceKeywords;
}

}  // namespace wslb::config

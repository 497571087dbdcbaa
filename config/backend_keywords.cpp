// Keywords of the side that servers see.
#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <string_view>

#include "config/http_check.h"
#include "config/section.h"
#include "config/server_line.h"
#include "config/spelling.h"

namespace wslb::config {
namespace {

void balance(ProxyDraft& draft, const Statement& statement) {
  constexpr auto kOthers = std::to_array<std::string_view>(
      {"static-rr", "first", "hash", "source", "uri", "url_param", "random", "hdr", "rdp-cookie"});
  const std::string name = statement[0].substr(0, statement[0].find('('));
  if (name == "roundrobin" || name == "leastconn") {
    if (statement.size() > 1) {
      return statement.error("cannot use the argument '" + statement[1] + "'");
    }
    draft.section.balance = name == "leastconn" ? Balance::LeastConn : Balance::RoundRobin;
  } else if (std::ranges::count(kOthers, name) > 0) {
    statement.refuse(name);
  } else {
    statement.error("expects 'roundrobin' or 'leastconn', not '" + statement[0] + "'" +
                    did_you_mean(name, {"roundrobin", "leastconn"}));
  }
}

void cookie(ProxyDraft& draft, const Statement& statement) {
  constexpr auto kOthers =
      std::to_array<std::string_view>({"postonly", "preserve", "httponly", "secure", "domain",
                                       "maxidle", "maxlife", "dynamic", "attr"});
  CookieRule rule;
  rule.name = statement[0];
  int modes = 0;
  for (const std::string& word : statement.arguments().subspan(1)) {
    if (word == "insert" || word == "prefix" || word == "rewrite") {
      using Kind = CookieRule::Kind;
      rule.kind = word == "insert" ? Kind::Insert : word == "prefix" ? Kind::Prefix : Kind::Rewrite;
      ++modes;
    } else if (word == "indirect") {
      rule.indirect = true;
    } else if (word == "nocache") {
      rule.nocache = true;
    } else if (std::ranges::count(kOthers, word) > 0) {
      return statement.refuse(word);
    } else {
      return statement.error(
          "knows no '" + word + "'" +
          did_you_mean(word, {"insert", "prefix", "rewrite", "indirect", "nocache"}));
    }
  }
  if (rule.name.find_first_of("=;, \t\r\n") != std::string::npos) {
    return statement.error("'" + rule.name + "' is no name of a cookie");
  }
  if (modes > 1) return statement.error("'insert', 'prefix' and 'rewrite' exclude each other");
  if (modes == 0) {
    return statement.error(
        "without 'insert', 'prefix' or 'rewrite' is not supported by this "
        "version of wslb");
  }
  if (rule.kind == CookieRule::Kind::Rewrite && rule.indirect) {
    return statement.error("'rewrite' and 'indirect' exclude each other");
  }
  draft.section.cookie = rule;
}

void http_check_expect(ProxyDraft& draft, const Statement& statement) {
  if (draft.expect_where) {
    return statement.error("a second time in one section is not supported by this version of wslb");
  }
  draft.expect_where = statement.where();
  parse_expect(statement, draft.http_check);
}

void retries(ProxyDraft& draft, const Statement& statement) {
  if (const auto value = statement.integer(0, 0, std::numeric_limits<std::int32_t>::max())) {
    draft.section.retries = static_cast<int>(*value);
  }
}

void server(ProxyDraft& draft, const Statement& statement) {
  Server server = parse_server(statement, draft.default_server);
  for (const Server& other : draft.section.servers) {
    if (other.name != server.name) continue;
    statement.error("'" + server.name + "' was given before, in line " +
                    std::to_string(other.where.line));
  }
  draft.section.servers.push_back(std::move(server));
}

void default_server(ProxyDraft& draft, const Statement& statement) {
  parse_default_server(statement, draft.default_server);
}

constexpr auto kBackendKeywords = std::to_array<Keyword<ProxyDraft>>({
    {"balance", "balance roundrobin|leastconn", 1, kAnyNumber, balance, Side::Backend},
    {"cookie", "cookie NAME insert|prefix|rewrite [indirect] [nocache]", 1, kAnyNumber, cookie,
     Side::Backend},
    {"retries", "retries NUMBER", 1, 1, retries, Side::Backend},
    {"http-check expect", "http-check expect [!] status CODES", 1, kAnyNumber, http_check_expect,
     Side::Backend},
    {"default-server", "default-server OPTION...", 1, kAnyNumber, default_server, Side::Backend,
     Misplaced::Error},
    {.name = "server",
     .usage = "server NAME ADDRESS:PORT [OPTION...]",
     .arguments_min = 2,
     .arguments_max = kAnyNumber,
     .apply = server,
     .side = Side::Backend,
     .misplaced = Misplaced::Error,
     .in_defaults = false},
});

}  // namespace

Keywords<ProxyDraft> backend_keywords() {
  return kBackendKeywords;
}

}  // namespace wslb::config

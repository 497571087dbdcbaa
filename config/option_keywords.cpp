// `option NAME`, and `no option NAME` where HAProxy allows it.
#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "config/http_check.h"
#include "config/section.h"

namespace wslb::config {
namespace {

bool is_on(const Statement& statement) {
  return statement.prefix() == Prefix::None;
}

void httplog(ProxyDraft& draft, const Statement& statement) {
  if (statement.is(0, "clf")) return statement.refuse("clf");
  if (statement.size() > 0)
    return statement.error("cannot use the argument '" + statement[0] + "'");
  draft.section.log_format = LogFormat::Http;
}

void tcplog(ProxyDraft& draft, const Statement& /*statement*/) {
  draft.section.log_format = LogFormat::Tcp;
}

void dontlognull(ProxyDraft& draft, const Statement& statement) {
  draft.section.options.dontlognull = is_on(statement);
}

void contstats(ProxyDraft& draft, const Statement& statement) {
  draft.section.options.contstats = is_on(statement);
}

void http_server_close(ProxyDraft& draft, const Statement& statement) {
  draft.section.options.http_server_close = is_on(statement);
}

// The default; one mode replaces the other, and `no` takes nothing away from the default.
void http_keep_alive(ProxyDraft& draft, const Statement& statement) {
  if (is_on(statement)) draft.section.options.http_server_close = false;
}

void redispatch(ProxyDraft& draft, const Statement& statement) {
  draft.section.options.redispatch.reset();
  if (!is_on(statement)) return;
  constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
  int interval = -1;
  if (statement.size() > 0) {
    const auto value = statement.integer(0, -kMax, kMax);
    if (!value) return;
    interval = static_cast<int>(*value);
  }
  if (interval != 0) draft.section.options.redispatch = interval;
}

void forwardfor(ProxyDraft& draft, const Statement& statement) {
  ForwardFor rule;
  for (std::size_t i = 0; i < statement.size(); ++i) {
    if (statement.is(i, "except") || statement.is(i, "if-none")) {
      return statement.refuse(statement[i]);
    }
    if (!statement.is(i, "header") || i + 1 >= statement.size()) {
      return statement.error("expects 'header NAME', not '" + statement[i] + "'");
    }
    rule.header = statement[++i];
    const auto is_token = [](char c) {
      return c > ' ' && c < 127 &&
             std::string_view("\"(),/:;<=>?@[\\]{}").find(c) == std::string_view::npos;
    };
    if (!std::ranges::all_of(rule.header, is_token)) {
      return statement.error("'" + rule.header + "' is no name of a header");
    }
  }
  draft.section.options.forward_for = rule;
}

void httpchk(ProxyDraft& draft, const Statement& statement) {
  parse_httpchk(statement, draft.http_check);
  draft.http_check_enabled = true;
}

void websocket_close(ProxyDraft& draft, const Statement& statement) {
  draft.section.options.websocket_close = is_on(statement);
}

void websocket_ping(ProxyDraft& draft, const Statement& statement) {
  draft.section.options.websocket_ping.reset();
  if (!is_on(statement)) return;
  WebSocketPing ping;
  const auto interval = statement.duration(0);
  if (!interval) return;
  ping.interval = *interval;
  if (statement.size() > 1) {
    if (!statement.is(1, "timeout") || statement.size() != 3) {
      return statement.error("expects 'timeout DURATION' after the interval");
    }
    const auto timeout = statement.duration(2);
    if (!timeout) return;
    ping.timeout = *timeout;
  }
  if (ping.interval <= base::Duration::zero() || ping.timeout <= base::Duration::zero()) {
    return statement.error("expects durations longer than 0");
  }
  draft.section.options.websocket_ping = ping;
}

constexpr auto kOptionKeywords = std::to_array<Keyword<ProxyDraft>>({
    {"option httplog", "option httplog", 0, 1, httplog},
    {"option tcplog", "option tcplog", 0, 0, tcplog},
    {.name = "option dontlognull",
     .usage = "option dontlognull",
     .apply = dontlognull,
     .side = Side::Frontend,
     .negatable = true},
    {.name = "option contstats",
     .usage = "option contstats",
     .apply = contstats,
     .side = Side::Frontend,
     .negatable = true},
    {.name = "option http-server-close",
     .usage = "option http-server-close",
     .apply = http_server_close,
     .negatable = true},
    {.name = "option http-keep-alive",
     .usage = "option http-keep-alive",
     .apply = http_keep_alive,
     .negatable = true},
    {"option forwardfor", "option forwardfor [header NAME]", 0, kAnyNumber, forwardfor},
    {.name = "option redispatch",
     .usage = "option redispatch [NUMBER]",
     .arguments_max = 1,
     .apply = redispatch,
     .side = Side::Backend,
     .negatable = true},
    {.name = "option websocket-close",
     .usage = "option websocket-close",
     .apply = websocket_close,
     .side = Side::Frontend,
     .negatable = true},
    {.name = "option websocket-ping",
     .usage = "option websocket-ping INTERVAL [timeout DURATION]",
     .arguments_min = 1,
     .arguments_max = 3,
     .apply = websocket_ping,
     .side = Side::Frontend,
     .negatable = true},
    {"option httpchk", "option httpchk [METHOD] [URI [VERSION]]", 0, 3, httpchk, Side::Backend},
});

}  // namespace

Keywords<ProxyDraft> option_keywords() {
  return kOptionKeywords;
}

}  // namespace wslb::config

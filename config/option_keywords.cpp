// `option NAME`, and `no option NAME` where HAProxy allows it.
#include <array>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config/section.h"
#include "config/token.h"

namespace wslb::config {
namespace {

template <bool ProxyOptions::*Option>
void option(ProxyDraft& draft, const Statement& statement) {
  draft.section.options.*Option = statement.is_on();
}

// HAProxy needs these for what wslb does anyway or does in another way.
void without_effect(ProxyDraft& /*draft*/, const Statement& /*statement*/) {}

void lax(ProxyDraft& /*draft*/, const Statement& statement) {
  statement.error("is not for wslb: what it lets through is how requests are smuggled");
}

// The default; one mode replaces the other, and `no` takes nothing away from the default.
void http_keep_alive(ProxyDraft& draft, const Statement& statement) {
  if (!statement.is_on()) return;
  draft.section.options.http_server_close = false;
  draft.section.options.httpclose = false;
}

void redispatch(ProxyDraft& draft, const Statement& statement) {
  draft.section.options.redispatch.reset();
  if (!statement.is_on()) return;
  constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
  int interval = -1;
  if (statement.size() > 0) {
    const auto value = statement.integer(0, -kMax, kMax);
    if (!value) return;
    interval = static_cast<int>(*value);
  }
  if (interval != 0) draft.section.options.redispatch = interval;
}

std::optional<ForwardFor> parse_forward(const Statement& statement, std::string_view header,
                                        bool allow_if_none) {
  ForwardFor rule;
  rule.header = header;
  for (std::size_t i = 0; i < statement.size(); ++i) {
    if (allow_if_none && statement.is(i, "if-none")) {
      rule.if_none = true;
    } else if (statement.is(i, "header") && is_token(statement[i + 1])) {
      rule.header = statement[++i];
    } else if (statement.is(i, "except") && base::IpNetwork::parse(statement[i + 1])) {
      rule.except = base::IpNetwork::parse(statement[++i]);
    } else {
      const bool known = statement.is(i, "header") || statement.is(i, "except");
      statement.error(!known ? "knows no '" + statement[i] + "'"
                             : "expects " +
                                   std::string(statement.is(i, "header")
                                                   ? "the name of a header"
                                                   : "a network such as 10.0.0.0/8") +
                                   " after '" + statement[i] + "', not '" + statement[i + 1] + "'");
      return std::nullopt;
    }
  }
  return rule;
}

void forwardfor(ProxyDraft& draft, const Statement& statement) {
  auto rule = parse_forward(statement, "X-Forwarded-For", true);
  if (rule) draft.section.options.forward_for = std::move(*rule);
}

void originalto(ProxyDraft& draft, const Statement& statement) {
  auto rule = parse_forward(statement, "X-Original-To", false);
  if (rule) draft.section.options.original_to = std::move(*rule);
}

void websocket_close(ProxyDraft& draft, const Statement& statement) {
  draft.section.options.websocket_close = statement.is_on();
}

void websocket_ping(ProxyDraft& draft, const Statement& statement) {
  draft.section.options.websocket_ping.reset();
  if (!statement.is_on()) return;
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
    {.name = "option contstats",
     .usage = "option contstats",
     .apply = option<&ProxyOptions::contstats>,
     .side = Side::Frontend,
     .negatable = true},
    {.name = "option prefer-last-server",
     .usage = "option prefer-last-server",
     .apply = option<&ProxyOptions::prefer_last_server>,
     .side = Side::Backend,
     .negatable = true},
    {.name = "option http-buffer-request",
     .usage = "option http-buffer-request",
     .apply = option<&ProxyOptions::buffer_request>,
     .negatable = true},
    {.name = "option http-server-close",
     .usage = "option http-server-close",
     .apply = option<&ProxyOptions::http_server_close>,
     .negatable = true},
    {.name = "option httpclose",
     .usage = "option httpclose",
     .apply = option<&ProxyOptions::httpclose>,
     .negatable = true},
    {.name = "option tcpka",
     .usage = "option tcpka",
     .apply = option<&ProxyOptions::tcpka>,
     .negatable = true},
    {.name = "option clitcpka",
     .usage = "option clitcpka",
     .apply = option<&ProxyOptions::clitcpka>,
     .side = Side::Frontend,
     .negatable = true},
    {.name = "option srvtcpka",
     .usage = "option srvtcpka",
     .apply = option<&ProxyOptions::srvtcpka>,
     .side = Side::Backend,
     .negatable = true},
    {.name = "option http-no-delay",
     .usage = "option http-no-delay",
     .apply = without_effect,
     .negatable = true},
    {.name = "option tcp-smart-accept",
     .usage = "option tcp-smart-accept",
     .apply = without_effect,
     .side = Side::Frontend,
     .negatable = true},
    {.name = "option tcp-smart-connect",
     .usage = "option tcp-smart-connect",
     .apply = without_effect,
     .side = Side::Backend,
     .negatable = true},
    {.name = "option splice-auto",
     .usage = "option splice-auto",
     .apply = without_effect,
     .negatable = true},
    {.name = "option splice-request",
     .usage = "option splice-request",
     .apply = without_effect,
     .negatable = true},
    {.name = "option splice-response",
     .usage = "option splice-response",
     .apply = without_effect,
     .negatable = true},
    {.name = "option accept-invalid-http-request",
     .usage = "option accept-invalid-http-request",
     .apply = lax,
     .negatable = true},
    {.name = "option accept-invalid-http-response",
     .usage = "option accept-invalid-http-response",
     .apply = lax,
     .negatable = true},
    {.name = "option http-keep-alive",
     .usage = "option http-keep-alive",
     .apply = http_keep_alive,
     .negatable = true},
    {"option forwardfor", "option forwardfor [except NETWORK] [header NAME] [if-none]", 0,
     kAnyNumber, forwardfor},
    {"option originalto", "option originalto [except NETWORK] [header NAME]", 0, kAnyNumber,
     originalto},
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
});

}  // namespace

Keywords<ProxyDraft> option_keywords() {
  return kOptionKeywords;
}

}  // namespace wslb::config

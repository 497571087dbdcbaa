// `timeout NAME DURATION`.
#include <array>
#include <optional>
#include <string>

#include "config/section.h"
#include "config/value.h"

namespace wslb::config {
namespace {

using TimeoutField = std::optional<base::Duration> Timeouts::*;

template <TimeoutField field>
void set(ProxyDraft& draft, const Statement& statement) {
  const auto timer = statement.accept(parse_timer(statement[0]));
  if (!timer) return;
  const auto [place, first] = draft.places.emplace(statement.keyword(), statement.where());
  if (!first) statement.warning("overrides that of line " + std::to_string(place->second.line));
  // As in HAProxy 0 does not mean "at once" or "never" but "as if not set".
  auto& target = draft.section.timeouts.*field;
  target = *timer == base::Duration(0) ? std::nullopt : timer;
}

void set_tunnel(ProxyDraft& draft, const Statement& statement) {
  set<&Timeouts::tunnel>(draft, statement);
  const auto zero = parse_timer(statement[0]);
  if (!zero || *zero != base::Duration(0)) return;
  statement.warning("0 does not mean 'never': the client and server time-outs apply then");
}

constexpr auto kTimeoutKeywords = std::to_array<Keyword<ProxyDraft>>({
    {"timeout client", "timeout client DURATION", 1, 1, set<&Timeouts::client>, Side::Frontend},
    {"timeout http-request", "timeout http-request DURATION", 1, 1, set<&Timeouts::http_request>},
    {"timeout http-keep-alive", "timeout http-keep-alive DURATION", 1, 1,
     set<&Timeouts::http_keep_alive>},
    {"timeout connect", "timeout connect DURATION", 1, 1, set<&Timeouts::connect>, Side::Backend},
    {"timeout queue", "timeout queue DURATION", 1, 1, set<&Timeouts::queue>, Side::Backend},
    {"timeout server", "timeout server DURATION", 1, 1, set<&Timeouts::server>, Side::Backend},
    {"timeout tunnel", "timeout tunnel DURATION", 1, 1, set_tunnel, Side::Backend},
    {"timeout client-fin", "timeout client-fin DURATION", 1, 1, set<&Timeouts::client_fin>,
     Side::Frontend},
    {"timeout server-fin", "timeout server-fin DURATION", 1, 1, set<&Timeouts::server_fin>,
     Side::Backend},
    {"timeout tarpit", "timeout tarpit DURATION", 1, 1, set<&Timeouts::tarpit>},
    {"timeout check", "timeout check DURATION", 1, 1, set<&Timeouts::check>, Side::Backend},
});

}  // namespace

Keywords<ProxyDraft> timeout_keywords() {
  return kTimeoutKeywords;
}

}  // namespace wslb::config

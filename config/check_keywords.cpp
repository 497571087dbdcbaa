// What checks do: `option httpchk`, `http-check ...`, `option tcp-check`, `tcp-check ...`.
#include <array>
#include <string>
#include <utility>

#include "config/check_lines.h"
#include "config/section.h"

namespace wslb::config {
namespace {

using Protocol = HealthCheck::Protocol;

// The script that a `http-check` line of this section goes to. HAProxy drops all that `defaults`
// said, and then sends nothing; what to ask is kept here.
CheckScript& own_http_script(ProxyDraft& draft, const Statement& statement) {
  CheckDraft& check = draft.check;
  if (!std::exchange(check.own_http, true)) {
    if (check.protocol == Protocol::Http) {
      check.http.keep_request_only();
    } else {
      check.http = CheckScript();
    }
  }
  check.http_lines = statement.where();
  return check.http;
}

CheckScript& own_tcp_script(ProxyDraft& draft, const Statement& statement) {
  if (!std::exchange(draft.check.own_tcp, true)) draft.check.tcp = CheckScript();
  draft.check.tcp_lines = statement.where();
  return draft.check.tcp;
}

void add_http(ProxyDraft& draft, const Statement& statement, std::optional<CheckStep> step) {
  if (!step) return;
  const auto complaint = own_http_script(draft, statement).add_http(std::move(*step));
  if (complaint) statement.error(*complaint);
}

void add_tcp(ProxyDraft& draft, const Statement& statement, std::optional<CheckStep> step) {
  if (!step) return;
  const auto complaint = own_tcp_script(draft, statement).add_tcp(std::move(*step));
  if (complaint) statement.error(*complaint);
}

void httpchk(ProxyDraft& draft, const Statement& statement) {
  auto request = parse_httpchk(statement);
  if (!std::exchange(draft.check.own_http, true)) draft.check.http = CheckScript();
  draft.check.protocol = Protocol::Http;
  if (request) draft.check.http.set_request(std::move(*request));
}

void tcp_check(ProxyDraft& draft, const Statement& /*statement*/) {
  draft.check.protocol = Protocol::Tcp;
}

void redis_check(ProxyDraft& draft, const Statement& /*statement*/) {
  draft.check.protocol = Protocol::Redis;
}

void log_health_checks(ProxyDraft& draft, const Statement& statement) {
  draft.check.logged = statement.is_on();
}

void http_comment(ProxyDraft& draft, const Statement& statement) {
  own_http_script(draft, statement).add_comment(statement[0]);
}

void http_connect(ProxyDraft& draft, const Statement& statement) {
  add_http(draft, statement, parse_check_connect(statement));
}

void http_send(ProxyDraft& draft, const Statement& statement) {
  add_http(draft, statement, parse_http_send(statement));
}

void http_expect(ProxyDraft& draft, const Statement& statement) {
  add_http(draft, statement, parse_check_expect(statement, Protocol::Http));
}

void disable_on_404(ProxyDraft& draft, const Statement& /*statement*/) {
  draft.check.disable_on_404 = true;
}

void tcp_comment(ProxyDraft& draft, const Statement& statement) {
  own_tcp_script(draft, statement).add_comment(statement[0]);
}

void tcp_connect(ProxyDraft& draft, const Statement& statement) {
  add_tcp(draft, statement, parse_check_connect(statement));
}

template <bool Binary>
void tcp_send(ProxyDraft& draft, const Statement& statement) {
  add_tcp(draft, statement, parse_tcp_send(statement, Binary));
}

void tcp_expect(ProxyDraft& draft, const Statement& statement) {
  add_tcp(draft, statement, parse_check_expect(statement, Protocol::Tcp));
}

constexpr auto kCheckKeywords = std::to_array<Keyword<ProxyDraft>>({
    {"option httpchk", "option httpchk [METHOD] [URI [VERSION]]", 0, 3, httpchk, Side::Backend},
    {"option tcp-check", "option tcp-check", 0, 0, tcp_check, Side::Backend},
    {"option redis-check", "option redis-check", 0, 0, redis_check, Side::Backend},
    {.name = "option log-health-checks",
     .usage = "option log-health-checks",
     .apply = log_health_checks,
     .side = Side::Backend,
     .negatable = true},
    {"http-check comment", "http-check comment TEXT", 1, 1, http_comment, Side::Backend},
    {"http-check connect",
     "http-check connect [default] [port P] [addr A] [ssl] [sni N] [send-proxy] [linger] "
     "[comment TEXT]",
     0, kAnyNumber, http_connect, Side::Backend},
    {"http-check disable-on-404", "http-check disable-on-404", 0, 0, disable_on_404, Side::Backend},
    {"http-check expect",
     "http-check expect [min-recv N] [comment TEXT] [ok-status S] [error-status S] "
     "[tout-status S] [!] status CODES|rstatus RE|string S|rstring RE|hdr ...|fhdr ...",
     1, kAnyNumber, http_expect, Side::Backend},
    {"http-check send",
     "http-check send [meth M] [uri U] [ver V] [hdr NAME VALUE]... [body TEXT] [comment TEXT]", 0,
     kAnyNumber, http_send, Side::Backend},
    {"tcp-check comment", "tcp-check comment TEXT", 1, 1, tcp_comment, Side::Backend},
    {"tcp-check connect",
     "tcp-check connect [default] [port P] [addr A] [ssl] [sni N] [send-proxy] [linger] "
     "[comment TEXT]",
     0, kAnyNumber, tcp_connect, Side::Backend},
    {"tcp-check expect",
     "tcp-check expect [min-recv N] [comment TEXT] [ok-status S] [error-status S] "
     "[tout-status S] [!] string S|rstring RE|binary HEX|rbinary RE",
     1, kAnyNumber, tcp_expect, Side::Backend},
    {"tcp-check send", "tcp-check send TEXT [comment TEXT]", 1, 3, tcp_send<false>, Side::Backend},
    {"tcp-check send-binary", "tcp-check send-binary HEX [comment TEXT]", 1, 3, tcp_send<true>,
     Side::Backend},
});

}  // namespace

Keywords<ProxyDraft> check_keywords() {
  return kCheckKeywords;
}

}  // namespace wslb::config

// Persistence by cookie, seen from outside as in HAProxy 2.6 (`cookie NAME ...`). The session asks
// server_cookies() whom the client was with, edits the request by hide_cookie() before it forwards
// it, and each final response (a 101 too) by answer_cookie().
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "config/cookie_rule.h"
#include "proxy/http/cookie_date.h"
#include "proxy/http/fields.h"
#include "proxy/http/request.h"
#include "proxy/http/response.h"

namespace wslb::proxy::http {

// The value of the first cookie of that name (case counts, RFC 6265) in a request.
std::optional<std::string_view> find_cookie(const Fields& fields, std::string_view name);

// Removes every cookie of that name: `x=1; SRV=b; y=2` becomes `x=1; y=2`. A Cookie field that
// becomes empty goes too.
void strip_cookie(Fields& fields, std::string_view name);

// One cookie of the client by which it asks for a server.
struct ServerCookie {
  // Idle: not used for `maxidle`; Old: first set more than `maxlife` ago. Neither counts.
  enum class Age : std::uint8_t { Fresh, Idle, Old };

  std::string_view server;  // may be empty
  CookieDates dates{};
  Age age = Age::Fresh;
};

// All of them, in order: the first that names a usable server is taken. In prefix mode the server
// stands before `~`.
std::vector<ServerCookie> server_cookies(const RequestHead& head, const config::CookieRule& rule,
                                         std::chrono::sys_seconds now);

// Takes out of the request what the server must not see: with insert indirect the whole cookie,
// with prefix the server's name and `~`. What server_cookies() returned stays valid: the head
// keeps the text.
void hide_cookie(RequestHead& head, const config::CookieRule& rule);

struct CookieAnswer {
  std::string_view server_cookie;   // of the server that answered; empty: it has none
  bool chosen_by_cookie = false;    // the client's cookie led to this very server
  std::string_view request_method;  // decides whether the response could be cached
  std::chrono::sys_seconds now{};
  CookieDates dates{};  // of the client's cookie
};

// insert: sets the cookie unless the client already holds it, and expires it for a server without
// one; prefix: puts `a~` before the value that the server set; rewrite: replaces that value.
// Returns what it did as the log shows it: N nothing, P the server's went through, D it was
// deleted, I one was inserted, U its date was renewed, R the server's was rewritten.
char answer_cookie(ResponseHead& head, const config::CookieRule& rule, const CookieAnswer& answer);

}  // namespace wslb::proxy::http

#include <algorithm>
#include <array>
#include <string>

#include "proxy/http/characters.h"
#include "proxy/http/cookie.h"
#include "proxy/http/cookie_pair.h"
#include "proxy/http/list.h"

namespace wslb::proxy::http {

namespace {

using Kind = config::CookieRule::Kind;

// What one directive of Cache-Control says about storing the response in a shared cache.
struct CacheOpinion {
  bool forbids = false;
  bool allows = false;
};

CacheOpinion opinion_of(std::string_view directive) {
  const std::size_t equals = directive.find('=');
  const std::string_view name = trimmed(directive.substr(0, equals));
  const std::string_view value =
      equals == std::string_view::npos ? "" : trimmed(directive.substr(equals + 1));
  const auto is_named = [name](std::string_view other) { return equal_ignoring_case(name, other); };
  if (is_named("no-store") || is_named("private")) return {.forbids = true};
  if (is_named("no-cache")) {
    return {.forbids = value.empty() || equal_ignoring_case(value, "\"set-cookie\"")};
  }
  if (is_named("max-age") || is_named("s-maxage")) {
    return {.forbids = value == "0", .allows = value != "0"};
  }
  return {};
}

// Whether a cache might store the response (RFC 9111, section 3, with what HAProxy 2.6 is seen to
// do): a safe method, a status that is cacheable by default, and a validator or a life time.
bool is_cacheable(const ResponseHead& head, std::string_view method) {
  constexpr std::array kMethods{"GET", "HEAD", "OPTIONS", "TRACE"};
  constexpr std::array kStatuses{200, 203, 204, 206, 300, 301, 404, 405, 410, 414, 501};
  if (std::ranges::find(kMethods, method) == kMethods.end()) return false;
  if (std::ranges::find(kStatuses, head.status) == kStatuses.end()) return false;
  if (head.fields.lists("Pragma", "no-cache")) return false;
  bool forbidden = false;
  bool allowed = false;
  for (const Field& field : head.fields.all()) {
    const auto is_named = [&](std::string_view name) {
      return equal_ignoring_case(field.name, name);
    };
    if (is_named("Expires") || is_named("ETag") || is_named("Last-Modified")) allowed = true;
    if (!is_named("Cache-Control")) continue;
    for_each_element(field.value, [&](std::string_view directive) {
      const CacheOpinion opinion = opinion_of(directive);
      forbidden = forbidden || opinion.forbids;
      allowed = allowed || opinion.allows;
      return true;
    });
  }
  return allowed && !forbidden;
}

bool sets_cookie(const Field& field, std::string_view name) {
  if (!equal_ignoring_case(field.name, "Set-Cookie")) return false;
  return CookiePair::parse(field.value.substr(0, field.value.find(';'))).name == name;
}

void insert_cookie(ResponseHead& head, const config::CookieRule& rule, const CookieAnswer& answer) {
  const bool cacheable = is_cacheable(head, answer.request_method);
  std::string value = rule.name + "=";
  if (answer.server_cookie.empty()) {
    // The client holds a cookie that no longer leads anywhere: take it away.
    value.append("; Expires=Thu, 01-Jan-1970 00:00:01 GMT");
  } else {
    value.append(answer.server_cookie);
    if (rule.max_idle.count() + rule.max_life.count() > 0) value += cookie_date(answer.now);
    if (rule.max_life.count() > 0) value += cookie_date(answer.dates.first.value_or(answer.now));
  }
  value.append("; path=/");
  if (!rule.domain.empty()) value.append("; domain=").append(rule.domain);
  if (rule.http_only) value.append("; HttpOnly");
  if (rule.secure) value.append("; Secure");
  if (!rule.attributes.empty()) value.append("; ").append(rule.attributes);
  head.fields.add("Set-Cookie", value);
  // A cached response would hand this client's server to everybody.
  if (rule.nocache && cacheable) head.fields.add("Cache-Control", "private");
}

// Whether the dates in the client's cookie say something else than the rule wants by now.
bool must_renew(const config::CookieRule& rule, const CookieAnswer& answer) {
  const bool wants_last = rule.max_idle.count() > 0 || answer.dates.last;
  const bool wants_first = rule.max_life.count() > 0;
  return (wants_last && (!answer.dates.last || *answer.dates.last < answer.now)) ||
         wants_first != answer.dates.first.has_value();
}

// prefix and rewrite: what the server sets, with our mark before it or our value in its place.
void edit_set_cookies(Fields& fields, const config::CookieRule& rule,
                      std::string_view server_cookie) {
  for (std::size_t i = 0; i < fields.all().size(); ++i) {
    const Field field = fields.all()[i];
    if (!sets_cookie(field, rule.name)) continue;
    const std::size_t end = std::min(field.value.find(';'), field.value.size());
    std::string value = rule.name + "=";
    value.append(server_cookie);
    if (rule.kind == Kind::Prefix) {
      value.append(1, kPrefixMark).append(CookiePair::parse(field.value.substr(0, end)).value);
    }
    value.append(field.value.substr(end));
    fields.set_value(i, value);
  }
}

// What becomes of the cookie of that name that the server itself sets, if it does.
char treat_servers_own(Fields& fields, const config::CookieRule& rule, const CookieAnswer& answer) {
  const auto is_ours = [&](const Field& field) { return sets_cookie(field, rule.name); };
  if (std::ranges::none_of(fields.all(), is_ours)) return 'N';
  if (rule.preserve) return 'P';
  // In insert mode it never gets out; nor, with indirect, when the client holds a good one.
  if (rule.kind == Kind::Insert || (rule.indirect && answer.chosen_by_cookie)) {
    fields.remove_if(is_ours);
    return 'D';
  }
  const bool edits = rule.kind == Kind::Prefix || rule.kind == Kind::Rewrite;
  if (!edits || answer.server_cookie.empty()) return 'P';
  edit_set_cookies(fields, rule, answer.server_cookie);
  return 'R';
}

}  // namespace

char answer_cookie(ResponseHead& head, const config::CookieRule& rule, const CookieAnswer& answer) {
  const char own = treat_servers_own(head.fields, rule, answer);
  if (rule.kind != Kind::Insert || own == 'P') return own;
  if (rule.postonly && answer.request_method != "POST") return own;
  if (answer.chosen_by_cookie && !must_renew(rule, answer)) return own;
  insert_cookie(head, rule, answer);
  return answer.chosen_by_cookie && !answer.server_cookie.empty() ? 'U' : 'I';
}

}  // namespace wslb::proxy::http

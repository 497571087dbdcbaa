#include "proxy/http/cookie.h"

#include <algorithm>
#include <string>

#include "proxy/http/characters.h"
#include "proxy/http/cookie_pair.h"

namespace wslb::proxy::http {

namespace {

using Kind = config::CookieRule::Kind;

// Calls visit(text between two ';') for each cookie of a Cookie field.
template <typename Visit>
void for_each_cookie(std::string_view value, Visit visit) {
  while (true) {
    const std::size_t end = value.find(';');
    visit(value.substr(0, end));
    if (end == std::string_view::npos) return;
    value.remove_prefix(end + 1);
  }
}

template <typename Visit>
void for_each_cookie(const Fields& fields, Visit visit) {
  for (const Field& field : fields.all()) {
    if (equal_ignoring_case(field.name, "Cookie")) for_each_cookie(field.value, visit);
  }
}

bool holds_cookie(std::string_view value, std::string_view name) {
  bool found = false;
  for_each_cookie(
      value, [&](std::string_view text) { found = found || CookiePair::parse(text).name == name; });
  return found;
}

// The field's value without the cookies of that name; all others keep their text.
std::string without(std::string_view value, std::string_view name) {
  std::string rest;
  bool removed = false;
  bool first = true;
  for_each_cookie(value, [&](std::string_view text) {
    if (CookiePair::parse(text).name == name) {
      removed = true;
      return;
    }
    if (!first) rest.append(removed ? "; " : ";");
    rest.append(first || removed ? trimmed(text) : text);
    removed = false;
    first = false;
  });
  return rest;
}

// The field's value with the server's name and mark taken out of the cookies of that name.
std::string without_prefix(std::string_view value, std::string_view name) {
  std::string rest;
  bool first = true;
  for_each_cookie(value, [&](std::string_view text) {
    if (!first) rest.append(";");
    first = false;
    const CookiePair pair = CookiePair::parse(text);
    const std::size_t mark = pair.value.find(kPrefixMark);
    if (pair.name == name && mark != std::string_view::npos) {
      rest.append(text.substr(0, text.find('=') + 1)).append(pair.value.substr(mark + 1));
    } else {
      rest.append(text);
    }
  });
  return rest;
}

template <typename Edit>
void edit_cookies(Fields& fields, std::string_view name, Edit edit) {
  for (std::size_t i = 0; i < fields.all().size(); ++i) {
    const Field field = fields.all()[i];
    if (!equal_ignoring_case(field.name, "Cookie") || !holds_cookie(field.value, name)) continue;
    fields.set_value(i, trimmed(edit(field.value, name)));
  }
}

// A date too far in the future is no better than one too long ago; some is, since clocks differ.
bool is_past(std::optional<std::chrono::sys_seconds> date, std::chrono::seconds limit,
             std::chrono::sys_seconds now) {
  if (!date || limit.count() == 0) return false;
  return now - *date > limit || *date - now > std::chrono::hours(24);
}

}  // namespace

std::optional<std::string_view> find_cookie(const Fields& fields, std::string_view name) {
  std::optional<std::string_view> found;
  for_each_cookie(fields, [&](std::string_view text) {
    const CookiePair pair = CookiePair::parse(text);
    if (!found && pair.name == name) found = pair.value;
  });
  return found;
}

void strip_cookie(Fields& fields, std::string_view name) {
  edit_cookies(fields, name, without);
  fields.remove_if([](const Field& field) {
    return field.value.empty() && equal_ignoring_case(field.name, "Cookie");
  });
}

std::vector<ServerCookie> server_cookies(const RequestHead& head, const config::CookieRule& rule,
                                         std::chrono::sys_seconds now) {
  std::vector<ServerCookie> cookies;
  for_each_cookie(head.fields, [&](std::string_view text) {
    const CookiePair pair = CookiePair::parse(text);
    if (pair.name != rule.name) return;
    const char mark = rule.kind == Kind::Prefix ? kPrefixMark : kDateMark;
    const std::size_t end = std::min(pair.value.find(mark), pair.value.size());
    ServerCookie cookie{pair.value.substr(0, end)};
    if (rule.kind != Kind::Prefix) cookie.dates = read_cookie_dates(pair.value.substr(end));
    if (is_past(cookie.dates.first, rule.max_life, now)) {
      cookie.age = ServerCookie::Age::Old;
    } else if (is_past(cookie.dates.last, rule.max_idle, now)) {
      cookie.age = ServerCookie::Age::Idle;
    }
    cookies.push_back(cookie);
  });
  return cookies;
}

void hide_cookie(RequestHead& head, const config::CookieRule& rule) {
  if (rule.kind == Kind::Prefix) edit_cookies(head.fields, rule.name, without_prefix);
  if (rule.kind == Kind::Insert && rule.indirect) strip_cookie(head.fields, rule.name);
}

}  // namespace wslb::proxy::http

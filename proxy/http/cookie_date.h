// The dates in a persistence cookie with `maxidle` or `maxlife`: "a|LLLLL|FFFFF", last and first
// use as five digits of base64, in steps of four seconds since 1970. HAProxy 2.6's form.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace wslb::proxy::http {

struct CookieDates {
  std::optional<std::chrono::sys_seconds> last;
  std::optional<std::chrono::sys_seconds> first;
};

// `text`: all that stands behind the server's name, the bar included. What is no date is none.
[[nodiscard]] CookieDates read_cookie_dates(std::string_view text);

// "|LLLLL", rounded up, so that the date is not in the past at once.
[[nodiscard]] std::string cookie_date(std::chrono::sys_seconds date);

}  // namespace wslb::proxy::http

#include "proxy/http/cookie_date.h"

#include <cstddef>
#include <cstdint>

namespace wslb::proxy::http {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kDateSize = 5;
constexpr std::int64_t kStep = 4;  // seconds

std::optional<std::chrono::sys_seconds> read_date(std::string_view text) {
  if (text.size() < kDateSize) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text.substr(0, kDateSize)) {
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    value = value * 64 + static_cast<std::int64_t>(digit);
  }
  if (value == 0) return std::nullopt;
  return std::chrono::sys_seconds(std::chrono::seconds(value * kStep));
}

}  // namespace

CookieDates read_cookie_dates(std::string_view text) {
  CookieDates dates;
  if (text.empty()) return dates;
  text.remove_prefix(1);
  dates.last = read_date(text);
  const std::size_t bar = text.find('|');
  if (bar != std::string_view::npos) dates.first = read_date(text.substr(bar + 1));
  return dates;
}

std::string cookie_date(std::chrono::sys_seconds date) {
  std::int64_t steps = (date.time_since_epoch().count() + kStep - 1) / kStep;
  std::string text(kDateSize + 1, '|');
  for (std::size_t i = kDateSize; i > 0; --i, steps /= 64) {
    text[i] = kDigits[static_cast<std::size_t>(steps % 64)];
  }
  return text;
}

}  // namespace wslb::proxy::http

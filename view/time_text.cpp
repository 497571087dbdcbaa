#include "view/time_text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace wslb::view {

std::string iso8601(std::int64_t unix_ms) {
  const std::time_t seconds = unix_ms / 1000;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 32> day{};
  std::strftime(day.data(), day.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::array<char, 16> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(unix_ms % 1000));
  return std::string(day.data()) + fraction.data();
}

std::string age(std::int64_t milliseconds) {
  const std::int64_t seconds = std::max<std::int64_t>(0, milliseconds / 1000);
  const auto pair = [](std::int64_t big, const char* unit, std::int64_t small, const char* part) {
    return std::to_string(big) + unit + " " + std::to_string(small) + part;
  };
  if (seconds < 60) return std::to_string(seconds) + "s";
  if (seconds < 3600) return pair(seconds / 60, "m", seconds % 60, "s");
  if (seconds < 86400) return pair(seconds / 3600, "h", seconds / 60 % 60, "m");
  return pair(seconds / 86400, "d", seconds / 3600 % 24, "h");
}

std::string short_age(std::int64_t milliseconds) {
  const std::string text = age(milliseconds);
  return text.substr(0, text.find(' '));
}

std::string short_number(std::uint64_t number) {
  constexpr std::array<char, 6> kUnits{'k', 'M', 'G', 'T', 'P', 'E'};
  if (number < 10'000) return std::to_string(number);
  double rest = static_cast<double>(number) / 1000;
  std::size_t unit = 0;
  for (; rest >= 999.5 && unit + 1 < kUnits.size(); ++unit) rest /= 1000;
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), rest < 99.95 ? "%.1f%c" : "%.0f%c", rest,
                kUnits.at(unit));
  return text.data();
}

}  // namespace wslb::view

// Times as people and programs read them.
#pragma once

#include <cstdint>
#include <string>

namespace wslb::view {

// "2026-01-31T10:00:00.250Z".
[[nodiscard]] std::string iso8601(std::int64_t unix_ms);
// "4s", "2m 31s", "3h 5m", "12d 4h".
[[nodiscard]] std::string age(std::int64_t milliseconds);
// "4s", "2m", "3h", "12d": where there is little room.
[[nodiscard]] std::string short_age(std::int64_t milliseconds);
// "17", "1.2k", "34M": likewise.
[[nodiscard]] std::string short_number(std::uint64_t number);

}  // namespace wslb::view

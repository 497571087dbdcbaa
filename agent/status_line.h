// The beginning of an HTTP answer, for the agent's checks: its status and nothing else. Pure, since
// what it reads comes from the network.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace wslb::agent {

// So much of an answer holds the status: "HTTP/1.1 200" and the character behind it.
inline constexpr std::size_t kStatusLineBytes = 13;

// 100 .. 999; nullopt: this is no HTTP/1 answer, or less than kStatusLineBytes of one.
[[nodiscard]] std::optional<int> parse_status(std::string_view answer);

}  // namespace wslb::agent

#include "config/dynamic_cookie.h"

#include <array>
#include <cstdint>
#include <cstdio>

#include <xxhash.h>

namespace wslb::config {

std::string dynamic_cookie(std::string_view key, const base::Endpoint& server) {
  std::string text(key);
  for (const auto byte : server.address.bytes()) text.push_back(static_cast<char>(byte));
  // The port in four bytes, the highest first.
  for (int shift = 24; shift >= 0; shift -= 8) {
    text.push_back(static_cast<char>(static_cast<std::uint32_t>(server.port) >> shift));
  }
  std::array<char, 17> digits{};
  std::snprintf(digits.data(), digits.size(), "%016llx",
                static_cast<unsigned long long>(XXH64(text.data(), text.size(), 0)));
  return digits.data();
}

}  // namespace wslb::config

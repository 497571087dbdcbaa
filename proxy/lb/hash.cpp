#include "proxy/lb/hash.h"

#include <bit>
#include <cstddef>

namespace wslb::proxy::lb {
namespace {

using Byte = unsigned char;

std::uint32_t sdbm(std::string_view key) {
  std::uint32_t hash = 0;
  for (const char c : key) hash = hash * 65599 + static_cast<Byte>(c);
  return hash;
}

std::uint32_t djb2(std::string_view key) {
  std::uint32_t hash = 5381;
  for (const char c : key) hash = hash * 33 + static_cast<Byte>(c);
  return hash;
}

// Two words that rotate each other by amounts that depend on what they have seen.
std::uint32_t wt6(std::string_view key) {
  std::uint32_t first = 0xa53c965a;
  std::uint32_t second = 0x5ca6953a;
  std::uint32_t turn_second = 6;
  std::uint32_t turn_first = 18;
  for (const char c : key) {
    first = ~(first ^ static_cast<Byte>(c));
    second = ~(second + static_cast<Byte>(c));
    const std::uint32_t rotated = std::rotl(second, static_cast<int>(turn_second % 32));
    second = std::rotl(first, static_cast<int>(turn_first % 32));
    first = rotated;
    const std::uint32_t mixed = ((first >> 16) ^ second) & 0xffff;
    turn_second = mixed & 0x1f;
    turn_first = mixed >> 11;
  }
  return first ^ second;
}

std::uint32_t crc32(std::string_view key) {
  std::uint32_t crc = ~0U;
  for (const char c : key) {
    crc ^= static_cast<Byte>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
  }
  return ~crc;
}

}  // namespace

// Bob Jenkins's integer hash, then a large odd factor to reach the whole ring.
std::uint32_t avalanche(std::uint32_t value) {
  std::uint32_t a = value;
  a = (a + 0x7ed55d16) + (a << 12);
  a = (a ^ 0xc761c23c) ^ (a >> 19);
  a = (a + 0x165667b1) + (a << 5);
  a = (a + 0xd3a2646c) ^ (a << 9);
  a = (a + 0xfd7046c5) + (a << 3);
  a = (a ^ 0xb55a4f09) ^ (a >> 16);
  return a * 3221225473U;
}

std::uint32_t hash_key(const config::HashType& type, std::string_view key) {
  using Function = config::HashType::Function;
  std::uint32_t hash = 0;
  switch (type.function) {
    case Function::Sdbm:
      hash = sdbm(key);
      break;
    case Function::Djb2:
      hash = djb2(key);
      break;
    case Function::Wt6:
      hash = wt6(key);
      break;
    case Function::Crc32:
      hash = crc32(key);
      break;
  }
  return type.avalanche ? avalanche(hash) : hash;
}

std::uint32_t hash_address(const config::HashType& type, const base::IpAddress& address) {
  std::uint32_t hash = 0;
  const auto bytes = address.bytes();
  for (std::size_t i = 0; i + 4 <= bytes.size(); i += 4) {
    std::uint32_t word = 0;
    for (std::size_t j = 0; j < 4; ++j)
      word = (word << 8) | static_cast<std::uint8_t>(bytes[i + j]);
    hash ^= word;
  }
  return type.avalanche ? avalanche(hash) : hash;
}

}  // namespace wslb::proxy::lb

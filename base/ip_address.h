// IPv4 and IPv6 addresses as values, for pure code that must not see a socket header.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/bytes.h"

namespace wslb::base {

enum class Family : std::uint8_t { V4, V6 };

class IpAddress {
 public:
  using V4 = std::array<std::uint8_t, 4>;
  using V6 = std::array<std::uint8_t, 16>;

  IpAddress() = default;  // 0.0.0.0
  explicit IpAddress(const V4& bytes) : bytes_(bytes) {}
  explicit IpAddress(const V6& bytes) : bytes_(bytes) {}

  // From text such as "10.0.0.1" or "fe80::1"; nothing else (no port, no zone, no host name).
  static std::optional<IpAddress> parse(std::string_view text);

  // From 4 or 16 bytes in network order; any other length is a programmer error.
  static IpAddress from_bytes(ByteView bytes);

  [[nodiscard]] Family family() const { return bytes_.index() == 0 ? Family::V4 : Family::V6; }
  [[nodiscard]] bool is_v4() const { return family() == Family::V4; }
  [[nodiscard]] bool is_unspecified() const;

  // Network order: 4 or 16 bytes, valid as long as this object.
  [[nodiscard]] ByteView bytes() const;
  [[nodiscard]] std::string to_string() const;

  // V4 before V6, then by unsigned value in network order, as VRRP's tie-break wants it.
  auto operator<=>(const IpAddress&) const = default;

 private:
  std::variant<V4, V6> bytes_;
};

// An address and a TCP or UDP port, in host order.
struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;

  // "10.0.0.1:80" or "[fe80::1]:80".
  [[nodiscard]] std::string to_string() const;
  auto operator<=>(const Endpoint&) const = default;
};

}  // namespace wslb::base

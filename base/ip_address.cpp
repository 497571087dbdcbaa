#include "base/ip_address.h"

#include <algorithm>
#include <cassert>

#include <arpa/inet.h>

namespace wslb::base {

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string terminated(text);
  V4 v4;
  if (inet_pton(AF_INET, terminated.c_str(), v4.data()) == 1) return IpAddress(v4);
  V6 v6;
  if (inet_pton(AF_INET6, terminated.c_str(), v6.data()) == 1) return IpAddress(v6);
  return std::nullopt;
}

IpAddress IpAddress::from_bytes(ByteView bytes) {
  assert(bytes.size() == 4 || bytes.size() == 16);
  if (bytes.size() == 4) {
    V4 v4;
    std::ranges::copy(bytes, v4.begin());
    return IpAddress(v4);
  }
  V6 v6;
  std::ranges::copy(bytes, v6.begin());
  return IpAddress(v6);
}

bool IpAddress::is_unspecified() const {
  return std::ranges::all_of(bytes(), [](std::uint8_t byte) { return byte == 0; });
}

ByteView IpAddress::bytes() const {
  return std::visit([](const auto& array) { return ByteView(array); }, bytes_);
}

std::string IpAddress::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text;
  inet_ntop(is_v4() ? AF_INET : AF_INET6, bytes().data(), text.data(), text.size());
  return text.data();
}

std::string Endpoint::to_string() const {
  const std::string host = address.to_string();
  return (address.is_v4() ? host : "[" + host + "]") + ":" + std::to_string(port);
}

}  // namespace wslb::base

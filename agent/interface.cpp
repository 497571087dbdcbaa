#include "agent/interface.h"

#include <algorithm>

namespace wslb::agent {
namespace {

bool same_network(const base::IpAddress& one, const base::IpAddress& other, int prefix) {
  if (one.family() != other.family()) return false;
  for (int bit = 0; bit < prefix; ++bit) {
    const auto byte = static_cast<std::size_t>(bit / 8);
    if (((one.bytes()[byte] ^ other.bytes()[byte]) >> (7 - bit % 8) & 1) != 0) return false;
  }
  return true;
}

}  // namespace

const InterfaceAddress* Interface::find_address(const base::IpAddress& address) const {
  const auto found = std::ranges::find(addresses, address, &InterfaceAddress::address);
  return found == addresses.end() ? nullptr : &*found;
}

bool Interface::has_neighbour(const config::Vip& vip) const {
  return std::ranges::any_of(addresses, [&](const InterfaceAddress& own) {
    return own.protocol != kAddressProtocol && own.prefix == vip.prefix &&
           same_network(own.address, vip.address, vip.prefix);
  });
}

bool Interface::has_usable(const base::IpAddress& address) const {
  const InterfaceAddress* found = find_address(address);
  return found != nullptr && found->usable;
}

std::optional<base::IpAddress> Interface::primary_address(
    const std::optional<base::IpAddress>& own, std::span<const base::IpAddress> vips) const {
  if (own && find_address(*own) != nullptr) return own;
  for (const InterfaceAddress& candidate : addresses) {
    if (candidate.address.is_v4() && candidate.global &&
        std::ranges::find(vips, candidate.address) == vips.end()) {
      return candidate.address;
    }
  }
  return std::nullopt;
}

std::optional<base::IpAddress> Interface::link_local_address(
    std::span<const base::IpAddress> vips) const {
  for (const InterfaceAddress& candidate : addresses) {
    const base::ByteView bytes = candidate.address.bytes();
    const bool link_local =
        !candidate.address.is_v4() && bytes[0] == 0xfe && (bytes[1] & 0xc0U) == 0x80;
    if (link_local && candidate.usable &&
        std::ranges::find(vips, candidate.address) == vips.end()) {
      return candidate.address;
    }
  }
  return std::nullopt;
}

}  // namespace wslb::agent

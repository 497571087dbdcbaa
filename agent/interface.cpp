#include "agent/interface.h"

#include <algorithm>

namespace wslb::agent {

const InterfaceAddress* Interface::find_address(const base::IpAddress& address) const {
  const auto found = std::ranges::find(addresses, address, &InterfaceAddress::address);
  return found == addresses.end() ? nullptr : &*found;
}

std::optional<base::IpAddress> Interface::primary_address(
    const base::IpAddress& own, std::span<const base::IpAddress> vips) const {
  if (find_address(own) != nullptr) return own;
  for (const InterfaceAddress& candidate : addresses) {
    if (candidate.global && std::ranges::find(vips, candidate.address) == vips.end()) {
      return candidate.address;
    }
  }
  return std::nullopt;
}

}  // namespace wslb::agent

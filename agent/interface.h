// What the kernel says of a network interface: a value, kept up to date by Netlink.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ip_address.h"

namespace wslb::agent {

using Mac = std::array<std::uint8_t, 6>;

struct InterfaceAddress {
  base::IpAddress address;
  std::uint8_t prefix = 32;   // 0 .. 32
  std::uint8_t protocol = 0;  // IFA_PROTO: who added it; 0: unknown
  bool global = true;         // its scope reaches beyond the link
};

struct Interface {
  int index = 0;  // changes when the interface is created anew
  std::string name;
  bool up = false;  // switched on, and its cable is in
  Mac mac{};
  std::vector<InterfaceAddress> addresses;  // IPv4, in the kernel's order

  [[nodiscard]] const InterfaceAddress* find_address(const base::IpAddress& address) const;

  // The source of our adverts: the node's `own` address, by which its peers know it, if it is here;
  // else the first global address that is not a VIP (RFC 9568, section 1.7).
  [[nodiscard]] std::optional<base::IpAddress> primary_address(
      const base::IpAddress& own, std::span<const base::IpAddress> vips) const;
};

}  // namespace wslb::agent

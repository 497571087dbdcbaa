// What sort of address one is: which keywords take which differs, and a host's kernel differs too.
#pragma once

#include <cstdint>

#include "base/ip_address.h"

namespace wslb::config {

enum class AddressKind : std::uint8_t {
  Unicast,
  LinkLocal,  // fe80::/10; IPv4's 169.254.0.0/16 is used like any other and counts as unicast
  Unspecified,
  Loopback,
  Multicast,  // and IPv4's reserved addresses above them
  MappedV4,   // ::ffff:0.0.0.0/96
};

[[nodiscard]] AddressKind kind_of(const base::IpAddress& address);

// Whether another host may have it, and packets may be sent to it.
[[nodiscard]] bool may_be_a_hosts(const base::IpAddress& address);

}  // namespace wslb::config

// A VRRP packet as it came from the wire: where it came from and went to, and what is in it; not
// decoded, not believed. For the agent's sockets and for `wslbctl doctor`.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/ip_address.h"

namespace wslb::vrrp {

struct Datagram {
  base::IpAddress source;
  base::IpAddress destination;
  std::uint8_t ttl = 0;    // or hop limit
  base::ByteView payload;  // of the IP packet, whose bytes it points into
};

// From what an IPv4 raw socket hands out, the IP header first (RFC 791, section 3.1). nullopt: it
// is none.
[[nodiscard]] std::optional<Datagram> read_datagram_v4(base::ByteView packet);

}  // namespace wslb::vrrp

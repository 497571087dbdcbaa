// A VRRP packet as it came from the wire: not decoded, not believed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/ip_address.h"

namespace wslb::ctl::doctor {

struct HeardPacket {
  std::string interface;
  base::IpAddress source;
  base::IpAddress destination;
  std::uint8_t ttl = 0;  // or hop limit
  base::Bytes payload;   // of the IP packet

  // What an IPv4 raw socket hands out: the IP header first. nullopt: it is none.
  static std::optional<HeardPacket> from_v4(std::string interface, base::ByteView packet);
};

}  // namespace wslb::ctl::doctor

#include "ctl/doctor/heard_packet.h"

#include <utility>

#include "vrrp/datagram.h"

namespace wslb::ctl::doctor {

std::optional<HeardPacket> HeardPacket::from_v4(std::string interface, base::ByteView packet) {
  const auto datagram = vrrp::read_datagram_v4(packet);
  if (!datagram) return std::nullopt;
  return HeardPacket{.interface = std::move(interface),
                     .source = datagram->source,
                     .destination = datagram->destination,
                     .ttl = datagram->ttl,
                     .payload = {datagram->payload.begin(), datagram->payload.end()}};
}

}  // namespace wslb::ctl::doctor

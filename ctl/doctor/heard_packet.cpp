#include "ctl/doctor/heard_packet.h"

#include <utility>

namespace wslb::ctl::doctor {

std::optional<HeardPacket> HeardPacket::from_v4(std::string interface, base::ByteView packet) {
  constexpr std::size_t kHeaderBytes = 20;
  constexpr std::size_t kTtlAt = 8;
  constexpr std::size_t kAddressesAt = 12;
  if (packet.size() < kHeaderBytes || packet[0] >> 4U != 4) return std::nullopt;
  const std::size_t header_bytes = (packet[0] & 0xfU) * std::size_t{4};
  if (header_bytes < kHeaderBytes || header_bytes > packet.size()) return std::nullopt;
  const base::ByteView payload = packet.subspan(header_bytes);
  return HeardPacket{
      .interface = std::move(interface),
      .source = base::IpAddress::from_bytes(packet.subspan(kAddressesAt, 4)),
      .destination = base::IpAddress::from_bytes(packet.subspan(kAddressesAt + 4, 4)),
      .ttl = packet[kTtlAt],
      .payload = {payload.begin(), payload.end()}};
}

}  // namespace wslb::ctl::doctor

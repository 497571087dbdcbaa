#include "vrrp/datagram.h"

namespace wslb::vrrp {

std::optional<Datagram> read_datagram_v4(base::ByteView packet) {
  constexpr std::size_t kHeaderBytes = 20;
  constexpr std::size_t kTtlAt = 8;
  constexpr std::size_t kAddressesAt = 12;
  if (packet.size() < kHeaderBytes || packet[0] >> 4U != 4) return std::nullopt;
  const std::size_t header_bytes = (packet[0] & 0xfU) * std::size_t{4};
  if (header_bytes < kHeaderBytes || header_bytes > packet.size()) return std::nullopt;
  return Datagram{.source = base::IpAddress::from_bytes(packet.subspan(kAddressesAt, 4)),
                  .destination = base::IpAddress::from_bytes(packet.subspan(kAddressesAt + 4, 4)),
                  .ttl = packet[kTtlAt],
                  .payload = packet.subspan(header_bytes)};
}

}  // namespace wslb::vrrp

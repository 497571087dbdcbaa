#include "agent/frame.h"

#include <algorithm>
#include <cassert>

#include <net/ethernet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>

#include "base/checksum.h"

namespace wslb::agent {
namespace {

constexpr Mac kBroadcast{0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
constexpr std::uint16_t kEthernet = 1;
constexpr std::uint16_t kRequest = 1;
constexpr std::uint8_t kVrrp = 112;
constexpr std::uint8_t kOnLinkHops = 255;        // proves that a packet was not routed
constexpr std::uint8_t kTrafficClass = 0xc0;     // internetwork control
constexpr std::uint8_t kTargetLinkAddress = 2;   // option of a neighbour advertisement
constexpr std::uint32_t kOverride = 0x20000000;  // its flag
constexpr std::size_t kIcmpChecksum = 2;
constexpr std::size_t kIpChecksum = 10;
constexpr std::size_t kIpHeaderBytes = 20;

base::IpAddress all_nodes() {
  return base::IpAddress(base::IpAddress::V6{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
}

base::IpAddress solicited_node(const base::IpAddress& address) {
  base::IpAddress::V6 group{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 0};
  std::ranges::copy(address.bytes().last(3), group.end() - 3);
  return base::IpAddress(group);
}

// RFC 1112, section 6.4; RFC 2464, section 7.
Mac multicast_mac(const base::IpAddress& group) {
  Mac mac{0x33, 0x33};
  if (group.is_v4()) {
    mac = {0x01, 0x00, 0x5e};
    std::ranges::copy(group.bytes().last(3), mac.begin() + 3);
    mac[3] &= 0x7fU;
  } else {
    std::ranges::copy(group.bytes().last(4), mac.begin() + 2);
  }
  return mac;
}

void put_ethernet(base::ByteWriter& frame, const Mac& to, const Mac& from, std::uint16_t type) {
  frame.append(to);
  frame.append(from);
  frame.u16(type);
}

base::Bytes arp_request(const Mac& mac, const base::IpAddress& sender, const Mac& target_mac,
                        const base::IpAddress& target) {
  base::ByteWriter frame;
  put_ethernet(frame, kBroadcast, mac, ETHERTYPE_ARP);
  frame.u16(kEthernet);
  frame.u16(ETHERTYPE_IP);
  frame.u8(static_cast<std::uint8_t>(mac.size()));
  frame.u8(static_cast<std::uint8_t>(target.bytes().size()));
  frame.u16(kRequest);
  frame.append(mac);
  frame.append(sender.bytes());
  frame.append(target_mac);
  frame.append(target.bytes());
  return frame.bytes();
}

base::Bytes ipv6_frame(const Mac& mac, const base::IpAddress& source, const base::IpAddress& group,
                       std::uint8_t next_header, base::ByteView payload) {
  base::ByteWriter frame;
  put_ethernet(frame, multicast_mac(group), mac, ETHERTYPE_IPV6);
  frame.u32(6U << 28U | std::uint32_t{kTrafficClass} << 20U);
  frame.u16(static_cast<std::uint16_t>(payload.size()));
  frame.u8(next_header);
  frame.u8(kOnLinkHops);
  frame.append(source.bytes());
  frame.append(group.bytes());
  frame.append(payload);
  return frame.bytes();
}

base::Bytes ipv4_frame(const Mac& mac, const base::IpAddress& source, const base::IpAddress& group,
                       base::ByteView payload) {
  base::ByteWriter header;
  header.u8(0x45);  // version 4, five words
  header.u8(kTrafficClass);
  header.u16(static_cast<std::uint16_t>(kIpHeaderBytes + payload.size()));
  header.u16(0);       // no identification,
  header.u16(0x4000);  // for it is not to be fragmented
  header.u8(kOnLinkHops);
  header.u8(kVrrp);
  header.u16(0);
  header.append(source.bytes());
  header.append(group.bytes());
  base::InternetChecksum sum;
  sum.add(header.bytes());
  header.set_u16(kIpChecksum, sum.value());
  base::ByteWriter frame;
  put_ethernet(frame, multicast_mac(group), mac, ETHERTYPE_IP);
  frame.append(header.bytes());
  frame.append(payload);
  return frame.bytes();
}

base::Bytes neighbour_frame(const Mac& mac, const base::IpAddress& source,
                            const base::IpAddress& group, base::ByteWriter message) {
  base::InternetChecksum sum;
  sum.add(source.bytes());
  sum.add(group.bytes());
  sum.add_u16(static_cast<std::uint16_t>(message.bytes().size()));
  sum.add_u16(IPPROTO_ICMPV6);
  sum.add(message.bytes());
  message.set_u16(kIcmpChecksum, sum.value());
  return ipv6_frame(mac, source, group, IPPROTO_ICMPV6, message.bytes());
}

}  // namespace

base::Bytes announcement(const Mac& mac, const base::IpAddress& vip) {
  if (vip.is_v4()) return arp_request(mac, vip, kBroadcast, vip);
  base::ByteWriter message;
  message.u8(ND_NEIGHBOR_ADVERT);
  message.u8(0);
  message.u16(0);
  message.u32(kOverride);
  message.append(vip.bytes());
  message.u8(kTargetLinkAddress);
  message.u8(1);  // in units of eight bytes
  message.append(mac);
  return neighbour_frame(mac, vip, all_nodes(), std::move(message));
}

base::Bytes question(const Mac& mac, const base::IpAddress& vip) {
  if (vip.is_v4()) return arp_request(mac, base::IpAddress{}, Mac{}, vip);
  base::ByteWriter message;
  message.u8(ND_NEIGHBOR_SOLICIT);
  message.u8(0);
  message.u16(0);
  message.u32(0);
  message.append(vip.bytes());
  return neighbour_frame(mac, base::IpAddress(base::IpAddress::V6{}), solicited_node(vip),
                         std::move(message));
}

base::Bytes multicast_advert(const Mac& mac, const base::IpAddress& source,
                             const base::IpAddress& group, base::ByteView payload) {
  assert(source.family() == group.family());
  return group.is_v4() ? ipv4_frame(mac, source, group, payload)
                       : ipv6_frame(mac, source, group, kVrrp, payload);
}

}  // namespace wslb::agent

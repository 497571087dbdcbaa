#include "agent/announcer.h"

#include <algorithm>

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/bytes.h"

namespace wslb::agent {
namespace {

constexpr Mac kBroadcast{0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
constexpr std::uint16_t kEthernet = 1;
constexpr std::uint16_t kRequest = 1;

}  // namespace

base::Bytes gratuitous_arp(const Mac& mac, const base::IpAddress& vip) {
  base::ByteWriter writer;
  writer.u16(kEthernet);
  writer.u16(ETH_P_IP);
  writer.u8(static_cast<std::uint8_t>(mac.size()));
  writer.u8(static_cast<std::uint8_t>(vip.bytes().size()));
  writer.u16(kRequest);
  writer.append(mac);
  writer.append(vip.bytes());
  writer.append(kBroadcast);
  writer.append(vip.bytes());
  return writer.bytes();
}

base::Result<Announcer> Announcer::open() {
  FileDescriptor fd(::socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return system_error("cannot open a socket for gratuitous ARP");
  return Announcer(std::move(fd));
}

base::Result<void> Announcer::announce(const Interface& interface, const base::IpAddress& vip,
                                       int count) {
  const base::Bytes request = gratuitous_arp(interface.mac, vip);
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_protocol = htons(ETH_P_ARP);
  to.sll_ifindex = interface.index;
  to.sll_halen = static_cast<unsigned char>(kBroadcast.size());
  std::ranges::copy(kBroadcast, to.sll_addr);
  for (int i = 0; i < count; ++i) {
    if (::sendto(socket_.get(), request.data(), request.size(), 0,
                 reinterpret_cast<const sockaddr*>(&to), sizeof to) < 0) {
      return system_error("cannot announce " + vip.to_string() + " on " + interface.name);
    }
  }
  return {};
}

}  // namespace wslb::agent

#include "agent/vrrp_socket.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <arpa/inet.h>
#include <linux/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "agent/packet_filter.h"

namespace wslb::agent {
namespace {

constexpr int kProtocol = 112;
constexpr std::uint32_t kGroup = 0xe0000012;  // 224.0.0.18
constexpr in6_addr kGroup6{{{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12}}};
constexpr int kTtl = 255;                      // proves that a packet was not routed
constexpr int kTypeOfService = 0xc0;           // internetwork control
constexpr int kPriority = 7;                   // of the interface's queue: ahead of all data
constexpr int kPacketsPerWakeUp = 512;         // more than the socket's buffer holds
constexpr int kBufferBytes = 128 * 1024;       // the kernel doubles it: some 300 packets
constexpr std::size_t kPacketBytesMax = 2048;  // more than 255 addresses and an IP header need
constexpr int kMulticastAll = 29;              // IPV6_MULTICAST_ALL, which glibc does not name

bool set(int fd, int level, int name, int value) {
  return ::setsockopt(fd, level, name, &value, sizeof value) == 0;
}

bool configure_any(int fd, const VrrpSocket::Settings& settings) {
  const auto name_bytes = static_cast<socklen_t>(settings.interface.size() + 1);
  // The filter first: nothing else gets in.
  return attach(fd, own_vrid_filter(settings.family, settings.vrid)) &&
         ::setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, settings.interface.c_str(), name_bytes) ==
             0 &&
         set(fd, SOL_SOCKET, SO_RCVBUF, kBufferBytes);
}

bool configure_v4(int fd, const VrrpSocket::Settings& settings) {
  const ip_mreqn group{.imr_multiaddr = {htonl(kGroup)},
                       .imr_address = {0},
                       .imr_ifindex = settings.interface_index};
  const bool common =
      set(fd, IPPROTO_IP, IP_TTL, kTtl) && set(fd, IPPROTO_IP, IP_TOS, kTypeOfService) &&
      // After IP_TOS, which sets a priority too.
      set(fd, SOL_SOCKET, SO_PRIORITY, kPriority) &&
      // When the interface has just lost its address, the farewell still goes out from it.
      set(fd, IPPROTO_IP, IP_TRANSPARENT, 1);
  if (settings.transport == config::Transport::Unicast || !common) return common;
  return set(fd, IPPROTO_IP, IP_MULTICAST_TTL, kTtl) && set(fd, IPPROTO_IP, IP_MULTICAST_LOOP, 0) &&
         set(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0) &&
         ::setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &group, sizeof group) == 0 &&
         ::setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group) == 0;
}

bool configure_v6(int fd, const VrrpSocket::Settings& settings) {
  const ipv6_mreq group{.ipv6mr_multiaddr = kGroup6,
                        .ipv6mr_interface = static_cast<unsigned>(settings.interface_index)};
  const bool common =
      set(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, kTtl) &&
      set(fd, IPPROTO_IPV6, IPV6_TCLASS, kTypeOfService) &&
      set(fd, SOL_SOCKET, SO_PRIORITY, kPriority) && set(fd, IPPROTO_IPV6, IPV6_TRANSPARENT, 1) &&
      set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) && set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1) &&
      set(fd, SOL_RAW, IPV6_CHECKSUM, -1);  // the kernel neither makes nor checks it
  if (settings.transport == config::Transport::Unicast || !common) return common;
  return set(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, kTtl) &&
         set(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0) && set(fd, IPPROTO_IPV6, kMulticastAll, 0) &&
         set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, settings.interface_index) &&
         ::setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group, sizeof group) == 0;
}

// The kernel's in_addr and in6_addr are the address's bytes.
template <typename Kernel>
Kernel to_kernel(const base::IpAddress& address) {
  Kernel result{};
  std::memcpy(&result, address.bytes().data(), sizeof result);
  return result;
}

base::IpAddress from_kernel(const in6_addr& address) {
  return base::IpAddress::from_bytes(address.s6_addr);
}

template <typename Info>
void put_control(msghdr& message, int level, int type, const Info& info) {
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = level;
  header->cmsg_type = type;
  header->cmsg_len = CMSG_LEN(sizeof info);
  std::memcpy(CMSG_DATA(header), &info, sizeof info);
  message.msg_controllen = CMSG_SPACE(sizeof info);
}

// The header does not come: recvmsg() tells what stood in it (RFC 3542, section 6).
vrrp::Datagram read_datagram_v6(const msghdr& received, base::ByteView payload) {
  msghdr message = received;  // CMSG_NXTHDR() wants one that may be changed
  vrrp::Datagram datagram{
      .source = from_kernel(static_cast<const sockaddr_in6*>(message.msg_name)->sin6_addr),
      .destination = {},
      .ttl = 0,
      .payload = payload};
  for (cmsghdr* each = CMSG_FIRSTHDR(&message); each != nullptr;
       each = CMSG_NXTHDR(&message, each)) {
    if (each->cmsg_level != IPPROTO_IPV6) continue;
    if (each->cmsg_type == IPV6_HOPLIMIT) {
      int hop_limit = 0;
      std::memcpy(&hop_limit, CMSG_DATA(each), sizeof hop_limit);
      datagram.ttl = static_cast<std::uint8_t>(hop_limit);
    } else if (each->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(each), sizeof info);
      datagram.destination = from_kernel(info.ipi6_addr);
    }
  }
  return datagram;
}

}  // namespace

base::Result<std::unique_ptr<VrrpSocket>> VrrpSocket::open(boost::asio::io_context& io,
                                                           const Settings& settings,
                                                           OnPacket on_packet) {
  const bool v4 = settings.family == base::Family::V4;
  FileDescriptor fd(
      ::socket(v4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, kProtocol));
  if (!fd || !configure_any(fd.get(), settings) ||
      !(v4 ? configure_v4(fd.get(), settings) : configure_v6(fd.get(), settings))) {
    return system_error("cannot open a VRRP socket on " + settings.interface);
  }
  Descriptor socket(io);
  const auto watched =
      watch(socket, std::move(fd), "cannot watch the VRRP socket on " + settings.interface);
  if (!watched) return watched.error();
  return std::make_unique<VrrpSocket>(std::move(socket), settings, std::move(on_packet));
}

VrrpSocket::VrrpSocket(Descriptor socket, const Settings& settings, OnPacket on_packet)
    : socket_(std::move(socket)), settings_(settings), on_packet_(std::move(on_packet)) {
  wait();
}

void VrrpSocket::wait() {
  socket_.async_wait(Descriptor::wait_read,
                     [this, alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
                       if (error || alive.expired()) return;
                       receive();
                       if (!alive.expired()) wait();
                     });
}

void VrrpSocket::receive() {
  const std::weak_ptr alive = alive_;
  std::array<std::uint8_t, kPacketBytesMax> buffer;
  alignas(cmsghdr) std::array<std::uint8_t, 256> control;
  for (int i = 0; i < kPacketsPerWakeUp && !alive.expired(); ++i) {
    sockaddr_in6 from{};
    iovec data{.iov_base = buffer.data(), .iov_len = buffer.size()};
    msghdr message{};
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t received = ::recvmsg(socket_.native_handle(), &message, 0);
    // Nothing more, or an interface that went down: Netlink tells of the latter.
    if (received < 0) return;
    const auto bytes = base::ByteView(buffer).first(static_cast<std::size_t>(received));
    const auto packet = settings_.family == base::Family::V4
                            ? vrrp::read_datagram_v4(bytes)
                            : std::optional(read_datagram_v6(message, bytes));
    if (packet) on_packet_(*packet);
  }
}

base::Result<void> VrrpSocket::send(const base::IpAddress& source,
                                    const base::IpAddress& destination, base::ByteView payload) {
  iovec data{.iov_base = const_cast<std::uint8_t*>(payload.data()), .iov_len = payload.size()};
  alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(in6_pktinfo))> control{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  sockaddr_in to4{};
  sockaddr_in6 to6{};
  // A bound source would keep multicast packets from this socket, so it goes with each packet.
  if (destination.is_v4()) {
    to4.sin_family = AF_INET;
    to4.sin_addr = to_kernel<in_addr>(destination);
    message.msg_name = &to4;
    message.msg_namelen = sizeof to4;
    in_pktinfo info{};
    info.ipi_ifindex = settings_.interface_index;
    info.ipi_spec_dst = to_kernel<in_addr>(source);
    put_control(message, IPPROTO_IP, IP_PKTINFO, info);
  } else {
    to6.sin6_family = AF_INET6;
    to6.sin6_addr = to_kernel<in6_addr>(destination);
    to6.sin6_scope_id = static_cast<std::uint32_t>(settings_.interface_index);
    message.msg_name = &to6;
    message.msg_namelen = sizeof to6;
    in6_pktinfo info{};
    info.ipi6_ifindex = static_cast<unsigned>(settings_.interface_index);
    info.ipi6_addr = to_kernel<in6_addr>(source);
    put_control(message, IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
  if (::sendmsg(socket_.native_handle(), &message, MSG_DONTWAIT) < 0) {
    const bool forbidden = errno == EPERM;
    base::Error error{std::strerror(errno)};
    if (forbidden) error.message += "; is a firewall dropping VRRP?";
    return error;
  }
  return {};
}

}  // namespace wslb::agent

#include "agent/vrrp_socket.h"

#include <array>
#include <cstring>

#include <arpa/inet.h>
#include <linux/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <sys/socket.h>

namespace wslb::agent {
namespace {

constexpr int kProtocol = 112;
constexpr std::uint32_t kGroup = 0xe0000012;   // 224.0.0.18
constexpr int kTtl = 255;                      // proves that a packet was not routed
constexpr int kTypeOfService = 0xc0;           // internetwork control
constexpr int kPriority = 7;                   // of the interface's queue: ahead of all data
constexpr int kPacketsPerWakeUp = 512;         // more than the socket's buffer holds
constexpr std::size_t kPacketBytesMax = 2048;  // more than 255 addresses and an IP header need

bool set(int fd, int level, int name, int value) {
  return ::setsockopt(fd, level, name, &value, sizeof value) == 0;
}

bool configure(int fd, const std::string& interface, int index, config::Transport transport) {
  const ip_mreqn group{.imr_multiaddr = {htonl(kGroup)}, .imr_address = {0}, .imr_ifindex = index};
  const auto name_bytes = static_cast<socklen_t>(interface.size() + 1);
  const bool common =
      ::setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface.c_str(), name_bytes) == 0 &&
      set(fd, IPPROTO_IP, IP_TTL, kTtl) && set(fd, IPPROTO_IP, IP_TOS, kTypeOfService) &&
      // After IP_TOS, which sets a priority too.
      set(fd, SOL_SOCKET, SO_PRIORITY, kPriority) &&
      // When the interface has just lost its address, the farewell still goes out from it.
      set(fd, IPPROTO_IP, IP_TRANSPARENT, 1);
  if (transport == config::Transport::Unicast || !common) return common;
  return set(fd, IPPROTO_IP, IP_MULTICAST_TTL, kTtl) && set(fd, IPPROTO_IP, IP_MULTICAST_LOOP, 0) &&
         set(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0) &&
         ::setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &group, sizeof group) == 0 &&
         ::setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group) == 0;
}

in_addr to_in_addr(const base::IpAddress& address) {
  in_addr result{};
  std::memcpy(&result, address.bytes().data(), sizeof result);
  return result;
}

base::IpAddress from_wire(std::uint32_t address) {
  base::IpAddress::V4 bytes{};
  std::memcpy(bytes.data(), &address, bytes.size());
  return base::IpAddress(bytes);
}

}  // namespace

base::Result<std::unique_ptr<VrrpSocket>> VrrpSocket::open(boost::asio::io_context& io,
                                                           const std::string& interface,
                                                           int interface_index,
                                                           config::Transport transport,
                                                           OnPacket on_packet) {
  FileDescriptor fd(::socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, kProtocol));
  if (!fd || !configure(fd.get(), interface, interface_index, transport)) {
    return system_error("cannot open a VRRP socket on " + interface);
  }
  Descriptor socket(io);
  const auto watched = watch(socket, std::move(fd), "cannot watch the VRRP socket on " + interface);
  if (!watched) return watched.error();
  return std::make_unique<VrrpSocket>(std::move(socket), interface_index, std::move(on_packet));
}

VrrpSocket::VrrpSocket(Descriptor socket, int interface_index, OnPacket on_packet)
    : socket_(std::move(socket)),
      interface_index_(interface_index),
      on_packet_(std::move(on_packet)) {
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
  for (int i = 0; i < kPacketsPerWakeUp && !alive.expired(); ++i) {
    const ssize_t received = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), 0);
    // Nothing more, or an interface that went down: Netlink tells of the latter.
    if (received < 0) return;
    const auto bytes = static_cast<std::size_t>(received);
    if (bytes < sizeof(iphdr)) continue;
    iphdr header{};
    std::memcpy(&header, buffer.data(), sizeof header);
    const std::size_t header_bytes = std::size_t{header.ihl} * 4;
    if (header_bytes < sizeof header || header_bytes > bytes) continue;
    on_packet_({.source = from_wire(header.saddr),
                .destination = from_wire(header.daddr),
                .ttl = header.ttl,
                .payload = base::ByteView(buffer).subspan(header_bytes, bytes - header_bytes)});
  }
}

base::Result<void> VrrpSocket::send(const base::IpAddress& source,
                                    const base::IpAddress& destination, base::ByteView payload) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr = to_in_addr(destination);
  iovec data{.iov_base = const_cast<std::uint8_t*>(payload.data()), .iov_len = payload.size()};
  alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(in_pktinfo))> control{};
  msghdr message{};
  message.msg_name = &to;
  message.msg_namelen = sizeof to;
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  // A bound source would keep multicast packets from this socket, so it goes with each packet.
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = IPPROTO_IP;
  header->cmsg_type = IP_PKTINFO;
  header->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
  in_pktinfo info{};
  info.ipi_ifindex = interface_index_;
  info.ipi_spec_dst = to_in_addr(source);
  std::memcpy(CMSG_DATA(header), &info, sizeof info);
  if (::sendmsg(socket_.native_handle(), &message, MSG_DONTWAIT) < 0) {
    const bool forbidden = errno == EPERM;
    base::Error error = system_error("to " + destination.to_string());
    if (forbidden) error.message += "; is a firewall dropping VRRP?";
    return error;
  }
  return {};
}

}  // namespace wslb::agent

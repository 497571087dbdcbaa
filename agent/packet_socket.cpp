#include "agent/packet_socket.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

#include <sys/socket.h>

namespace wslb::agent {
namespace {

constexpr int kBuffer = 1 << 20;

// For as many descriptors as a packet can carry.
struct ControlRoom {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kPacketDescriptorsMax * sizeof(int))> bytes;
};

}  // namespace

base::Result<PacketSockets> make_packet_sockets() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0) {
    return system_error("cannot make a pair of sockets");
  }
  PacketSockets made{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
  for (const int end : ends) ::setsockopt(end, SOL_SOCKET, SO_SNDBUF, &kBuffer, sizeof kBuffer);
  return made;
}

bool send_packet(int socket, const std::string& bytes, std::span<const int> descriptors) {
  assert(descriptors.size() <= kPacketDescriptorsMax);
  iovec part{.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
  msghdr packet{};
  packet.msg_iov = &part;
  packet.msg_iovlen = 1;
  ControlRoom room{};
  if (!descriptors.empty()) {
    packet.msg_control = room.bytes.data();
    packet.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* const head = CMSG_FIRSTHDR(&packet);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(head), descriptors.data(), descriptors.size_bytes());
  }
  return ::sendmsg(socket, &packet, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
}

ReceivedPacket receive_packet(int socket, std::span<std::uint8_t> buffer) {
  iovec part{.iov_base = buffer.data(), .iov_len = buffer.size()};
  ControlRoom room;
  msghdr packet{};
  packet.msg_iov = &part;
  packet.msg_iovlen = 1;
  packet.msg_control = room.bytes.data();
  packet.msg_controllen = room.bytes.size();
  ReceivedPacket received;
  received.bytes = ::recvmsg(socket, &packet, MSG_TRUNC | MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (received.bytes < 0) return received;
  received.cut = (packet.msg_flags & MSG_CTRUNC) != 0;
  for (cmsghdr* head = CMSG_FIRSTHDR(&packet); head != nullptr; head = CMSG_NXTHDR(&packet, head)) {
    if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(head) + i * sizeof fd, sizeof fd);
      received.descriptors.emplace_back(fd);
    }
  }
  return received;
}

}  // namespace wslb::agent

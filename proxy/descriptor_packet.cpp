#include "proxy/descriptor_packet.h"

#include <array>
#include <cassert>
#include <cerrno>
#include <cstring>

#include <sys/socket.h>

namespace wslb::proxy {
namespace {

constexpr std::size_t kBytesMax = 65536;
constexpr std::size_t kControlBytes = CMSG_SPACE(kPacketDescriptorsMax * sizeof(int));

}  // namespace

PacketStatus send_packet(int socket, std::string_view bytes, std::span<const int> descriptors) {
  assert(descriptors.size() <= kPacketDescriptorsMax);
  alignas(cmsghdr) std::array<char, kControlBytes> control;
  iovec part{.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* const head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(head), descriptors.data(), descriptors.size_bytes());
  }
  for (;;) {
    if (::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return PacketStatus::Done;
    if (errno == EINTR) continue;
    // Too many descriptors are on their way: the same as no room.
    const bool full = errno == EAGAIN || errno == ETOOMANYREFS || errno == ENOBUFS;
    return full ? PacketStatus::Wait : PacketStatus::Ended;
  }
}

PacketStatus receive_packet(int socket, DescriptorPacket& packet) {
  alignas(cmsghdr) std::array<char, kControlBytes> control;
  packet.bytes.resize(kBytesMax);
  packet.descriptors.clear();
  iovec part{.iov_base = packet.bytes.data(), .iov_len = packet.bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t count = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return PacketStatus::Wait;
  if (count <= 0) return PacketStatus::Ended;
  packet.bytes.resize(static_cast<std::size_t>(count));
  for (cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr;
       head = CMSG_NXTHDR(&message, head)) {
    if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) continue;
    packet.descriptors.resize((head->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    std::memcpy(packet.descriptors.data(), CMSG_DATA(head),
                packet.descriptors.size() * sizeof(int));
  }
  return PacketStatus::Done;
}

}  // namespace wslb::proxy

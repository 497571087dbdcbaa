#include "agent/announcer.h"

#include <cstring>

#include <linux/if_packet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace wslb::agent {
namespace {

constexpr int kFramePriority = 7;  // of the interface's queue: ahead of all data
constexpr std::size_t kTypeOffset = 12;

}  // namespace

base::Result<Announcer> Announcer::open() {
  FileDescriptor fd(::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd || ::setsockopt(fd.get(), SOL_SOCKET, SO_PRIORITY, &kFramePriority,
                          sizeof kFramePriority) != 0) {
    return system_error("cannot open a socket for gratuitous ARP");
  }
  return Announcer(std::move(fd));
}

base::Result<void> Announcer::send(int interface_index, base::ByteView frame, int count) {
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_ifindex = interface_index;
  std::memcpy(&to.sll_protocol, frame.data() + kTypeOffset, sizeof to.sll_protocol);
  for (int i = 0; i < count; ++i) {
    if (::sendto(socket_.get(), frame.data(), frame.size(), 0,
                 reinterpret_cast<const sockaddr*>(&to), sizeof to) < 0) {
      return base::Error{std::strerror(errno)};
    }
  }
  return {};
}

}  // namespace wslb::agent

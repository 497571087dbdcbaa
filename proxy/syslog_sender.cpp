#include "proxy/syslog_sender.h"

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

#include "proxy/socket_address.h"

namespace wslb::proxy {

namespace {

int open_socket(int family) {
  return ::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

}  // namespace

base::Result<SyslogSender> SyslogSender::open() {
  const int ipv4 = open_socket(AF_INET);
  const int error = errno;
  const int ipv6 = open_socket(AF_INET6);
  if (ipv4 < 0 && ipv6 < 0) {
    return base::Error{std::string("cannot open a UDP socket for the logs: ") +
                       std::strerror(error) + "; raise the limit of open files"};
  }
  return SyslogSender(ipv4, ipv6);
}

SyslogSender::SyslogSender(SyslogSender&& other) noexcept
    : ipv4_(std::exchange(other.ipv4_, -1)),
      ipv6_(std::exchange(other.ipv6_, -1)),
      sent_(other.sent_.load()),
      dropped_(other.dropped_.load()) {}

SyslogSender::~SyslogSender() {
  if (ipv4_ >= 0) ::close(ipv4_);
  if (ipv6_ >= 0) ::close(ipv6_);
}

void SyslogSender::send(const base::Endpoint& target, std::string_view line) {
  const SocketAddress to(target);
  const int socket = to.family() == AF_INET ? ipv4_ : ipv6_;
  for (;;) {
    const ssize_t count = ::sendto(socket, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                                   to.data(), to.size());
    if (count >= 0) break;
    if (errno == EINTR) continue;
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  sent_.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace wslb::proxy

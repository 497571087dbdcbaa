#include "proxy/syslog_sender.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <string>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "proxy/socket_address.h"

namespace wslb::proxy {

namespace {

int open_socket(int family) {
  return ::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

bool send_datagram(int socket, std::string_view line, const sockaddr* to, socklen_t size) {
  for (;;) {
    const ssize_t count =
        ::sendto(socket, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL, to, size);
    if (count >= 0) return true;
    if (errno != EINTR) return false;
  }
}

}  // namespace

base::Result<SyslogSender> SyslogSender::open() {
  const int ipv4 = open_socket(AF_INET);
  const int error = errno;
  const int ipv6 = open_socket(AF_INET6);
  const int local = open_socket(AF_UNIX);
  if ((ipv4 < 0 && ipv6 < 0) || local < 0) {
    return base::Error{std::string("cannot open the sockets for the logs: ") +
                       std::strerror(error) + "; raise the limit of open files"};
  }
  return SyslogSender(ipv4, ipv6, local);
}

SyslogSender::SyslogSender(SyslogSender&& other) noexcept
    : ipv4_(std::exchange(other.ipv4_, -1)),
      ipv6_(std::exchange(other.ipv6_, -1)),
      unix_(std::exchange(other.unix_, -1)),
      sent_(other.sent_.load()),
      dropped_(other.dropped_.load()) {}

SyslogSender::~SyslogSender() {
  for (const int socket : {ipv4_, ipv6_, unix_}) {
    if (socket >= 0) ::close(socket);
  }
}

void SyslogSender::send(const config::LogTarget& target, std::string_view line) {
  const bool taken = target.endpoint     ? send_udp(*target.endpoint, line)
                     : target.descriptor ? write_descriptor(*target.descriptor, line)
                                         : send_unix(target.unix_path, line);
  (taken ? sent_ : dropped_).fetch_add(1, std::memory_order_relaxed);
}

bool SyslogSender::send_udp(const base::Endpoint& to, std::string_view line) const {
  const SocketAddress address(to);
  return send_datagram(address.family() == AF_INET ? ipv4_ : ipv6_, line, address.data(),
                       address.size());
}

// By path each time, so that a syslog daemon may come back with a new socket.
bool SyslogSender::send_unix(const std::string& path, std::string_view line) const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return send_datagram(unix_, line, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

// The descriptor stays blocking, since others may share it: a pipe that poll() finds writable takes
// PIPE_BUF bytes.
bool SyslogSender::write_descriptor(int descriptor, std::string_view line) {
  const std::lock_guard lock(descriptor_);
  pollfd ready{.fd = descriptor, .events = POLLOUT, .revents = 0};
  if (::poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) return false;
  std::string text(line.substr(0, PIPE_BUF));
  if (text.size() < line.size()) text.back() = '\n';
  return ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

}  // namespace wslb::proxy

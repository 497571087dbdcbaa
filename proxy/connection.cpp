#include "proxy/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace wslb::proxy {

std::optional<int> open_socket(const SocketAddress& address, const config::Server& server) {
  const int family = address.family();
  const int fd = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return std::nullopt;
  if (family != AF_UNIX) {
    const int one = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    ::setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &one, sizeof one);  // see vault/custody.h
    if (server.tcp_user_timeout) {
      const auto limit =
          std::chrono::duration_cast<std::chrono::milliseconds>(*server.tcp_user_timeout);
      const auto milliseconds = static_cast<unsigned>(limit.count());
      ::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
    }
  }
  return fd;
}

}  // namespace wslb::proxy

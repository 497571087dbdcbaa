#include "proxy/listening_socket.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/socket_address.h"

namespace wslb::proxy {
namespace {

base::Error failure(const config::Bind& bind, const std::string& what) {
  std::string advice;
  if (errno == EADDRINUSE) advice = "; another process listens there";
  if (errno == EACCES) advice = "; ports below 1024 need CAP_NET_BIND_SERVICE";
  return {bind.where.file + ":" + std::to_string(bind.where.line) + ": cannot " + what + " " +
          bind.endpoint.to_string() + ": " + std::strerror(errno) + advice};
}

void set_option(int fd, int level, int name) {
  const int one = 1;
  ::setsockopt(fd, level, name, &one, sizeof one);
}

}  // namespace

base::Result<int> open_listening_socket(const config::Bind& bind, std::uint32_t backlog) {
  if (bind.inherited_fd) {
    int listening = 0;
    socklen_t length = sizeof listening;
    ::getsockopt(*bind.inherited_fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length);
    if (listening == 0) {
      return base::Error{bind.where.file + ":" + std::to_string(bind.where.line) + ": fd@" +
                         std::to_string(*bind.inherited_fd) + " is no listening socket"};
    }
    const int flags = ::fcntl(*bind.inherited_fd, F_GETFL);
    if (flags < 0 || ::fcntl(*bind.inherited_fd, F_SETFL, flags | O_NONBLOCK) < 0) {
      return failure(bind, "use fd@" + std::to_string(*bind.inherited_fd) + " for");
    }
    return *bind.inherited_fd;
  }
  const SocketAddress address(bind.endpoint);
  const int fd = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return failure(bind, "open a socket for");
  set_option(fd, SOL_SOCKET, SO_REUSEADDR);
  if (bind.endpoint.address.is_v4()) {
    set_option(fd, IPPROTO_IP, IP_FREEBIND);
  } else {
    set_option(fd, IPPROTO_IPV6, IPV6_FREEBIND);
  }
  const auto limit = static_cast<std::uint32_t>(std::numeric_limits<int>::max());
  const char* step = "bind";
  int error = ::bind(fd, address.data(), address.size());
  if (error == 0) {
    step = "listen on";
    error = ::listen(fd, static_cast<int>(std::min(backlog, limit)));
  }
  if (error != 0) {
    base::Error reason = failure(bind, step);
    ::close(fd);
    return reason;
  }
  return fd;
}

}  // namespace wslb::proxy

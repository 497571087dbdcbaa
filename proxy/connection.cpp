#include "proxy/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wslb::proxy {

namespace asio = boost::asio;

asio::ip::tcp::socket adopt_socket(asio::io_context& context, int fd) {
  int family = AF_INET;
  socklen_t length = sizeof family;
  ::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &length);
  const auto protocol = family == AF_INET6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4();
  asio::ip::tcp::socket socket(context);
  boost::system::error_code error;
  socket.assign(protocol, fd, error);
  if (error) {
    ::close(fd);
    throw boost::system::system_error(error);
  }
  return socket;
}

std::optional<asio::ip::tcp::socket> open_socket(const asio::any_io_executor& executor,
                                                 const SocketAddress& address,
                                                 const config::Server& server) {
  const int family = address.family();
  const int fd = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return std::nullopt;
  if (family != AF_UNIX) {
    const int one = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (server.tcp_user_timeout) {
      const auto limit =
          std::chrono::duration_cast<std::chrono::milliseconds>(*server.tcp_user_timeout);
      const auto milliseconds = static_cast<unsigned>(limit.count());
      ::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
    }
  }
  asio::ip::tcp::socket socket(executor);
  boost::system::error_code error;
  // Asio only needs a family that it knows; it never makes an address of it here.
  socket.assign(family == AF_INET6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), fd, error);
  if (!error) return socket;
  ::close(fd);
  return std::nullopt;
}

}  // namespace wslb::proxy

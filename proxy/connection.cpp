#include "proxy/connection.h"

#include <sys/socket.h>

namespace wslb::proxy {

namespace asio = boost::asio;

asio::ip::tcp::socket adopt_socket(asio::io_context& context, int fd) {
  int family = AF_INET;
  socklen_t length = sizeof family;
  ::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &length);
  const auto protocol = family == AF_INET6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4();
  return asio::ip::tcp::socket(context, protocol, fd);
}

}  // namespace wslb::proxy

#include "proxy/connection.h"

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

}  // namespace wslb::proxy

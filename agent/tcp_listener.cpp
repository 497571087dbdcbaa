#include "agent/tcp_listener.h"

#include <tuple>

#include <netinet/in.h>
#include <sys/socket.h>

namespace wslb::agent {

using Tcp = boost::asio::ip::tcp;

Tcp::endpoint to_asio(const base::Endpoint& endpoint) {
  return {boost::asio::ip::make_address(endpoint.address.to_string()), endpoint.port};
}

base::Result<Tcp::acceptor> listen_on(boost::asio::io_context& io, const base::Endpoint& endpoint) {
  const Tcp::endpoint local = to_asio(endpoint);
  Tcp::acceptor acceptor(io);
  boost::system::error_code error;
  acceptor.open(local.protocol(), error);
  if (!error) acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
  const int on = 1;
  std::ignore = ::setsockopt(acceptor.native_handle(), IPPROTO_IP, IP_FREEBIND, &on, sizeof on);
  if (!error) acceptor.bind(local, error);
  if (!error) acceptor.listen(Tcp::acceptor::max_listen_connections, error);
  if (error) {
    return base::Error{"cannot listen on " + endpoint.to_string() + ": " + error.message() +
                       "; is another program using the port?"};
  }
  return acceptor;
}

}  // namespace wslb::agent

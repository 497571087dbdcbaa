// The proxy's line to the agent of its host (proxy.proto): says hello, that it serves, and how
// busy it is. The agent needs no more to know that this process lives: it watches its pidfd.
// Without an agent the proxy serves all the same and tries again.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/generic/seq_packet_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "proxy/service.h"

namespace wslb::proxy {

class AgentLink {
 public:
  // On the loop of the first worker. `socket_path`: the agent's agent.sock.
  AgentLink(boost::asio::io_context& context, const Service& service, std::string socket_path);

 private:
  using Protocol = boost::asio::generic::seq_packet_protocol;

  void connect();
  void connect_later();
  void on_connected();
  void wait_for_agent();
  void report_periodically();
  bool send(const std::string& packet);

  boost::asio::io_context& context_;
  const Service& service_;
  std::string socket_path_;
  std::unique_ptr<Protocol::socket> socket_;
  boost::asio::steady_timer timer_;
  std::uint64_t reported_connections_ = 0;
  std::uint64_t reported_tunnels_ = 0;
  bool told_absence_ = false;
};

}  // namespace wslb::proxy

// The proxy's line to the agent of its host (proxy.proto): says hello, that it serves, and ten
// times a second how busy it is. The agent sees a dead process by its pidfd, and one that is
// stopped or hangs by the silence. Without an agent the proxy serves all the same and tries again.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/generic/seq_packet_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "proxy/process_state.h"

namespace wslb::proxy {

class AgentLink {
 public:
  struct Handlers {
    std::function<void(int stream)> on_agent;  // with the sticky stream that it gave, or -1
    std::function<void()> on_absence;          // nobody is there, or nobody any more
  };

  // On the loop of the first worker. `socket_path`: the agent's agent.sock.
  AgentLink(boost::asio::io_context& context, const ProcessState& process, std::string socket_path,
            Handlers handlers);

  void start();
  // The listening sockets are served: the agent may count on this proxy.
  void say_ready();
  // Ends it for good: this proxy serves no new clients.
  void close();

 private:
  using Protocol = boost::asio::generic::seq_packet_protocol;

  void connect();
  void connect_later();
  void on_connected();
  void wait_for_agent();
  void lose_agent();
  bool receive();
  void report_periodically();
  bool send(const std::string& packet);

  boost::asio::io_context& context_;
  const ProcessState& process_;
  std::string socket_path_;
  Handlers handlers_;
  std::unique_ptr<Protocol::socket> socket_;
  boost::asio::steady_timer timer_;
  bool told_absence_ = false;
  bool ready_ = false;
};

}  // namespace wslb::proxy

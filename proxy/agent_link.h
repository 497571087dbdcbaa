// The proxy's line to the agent of its host (proxy.proto): says hello, that it serves, and ten
// times a second how busy it is. The agent sees a dead process by its pidfd, and one that is
// stopped or hangs by the silence. Without an agent the proxy serves all the same and tries again.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/generic/seq_packet_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/time.h"
#include "proto/proxy.pb.h"
#include "proxy/process_state.h"

namespace wslb::proxy {

class AgentLink {
 public:
  struct Handlers {
    // With the streams that it gave, or -1: of the sticky tables and of the vault. `knows_us`: it
    // is the one of adopt().
    std::function<void(int sticky, int vault, bool knows_us)> on_agent;
    // Before on_agent(), unless the agent is adopted.
    std::function<void(const proto::AgentHello&)> on_hello;
    std::function<void(const proto::ProxyQuestion&)> on_question;  // see tell()
    std::function<void(std::uint64_t id, bool hard)> on_reload;    // see answer_reload()
    std::function<void()> on_absence;  // nobody is there, or nobody any more
  };

  // On the loop of the first worker. `socket_path`: the agent's agent.sock.
  AgentLink(boost::asio::io_context& context, const ProcessState& process, std::string socket_path,
            Handlers handlers);

  void start();
  // Instead of that: with a connection on which both sides have said hello, and its streams.
  void adopt(int socket, int sticky, int vault);
  // The listening sockets are served: the agent may count on this proxy.
  void say_ready();
  void tell(const proto::ProxyToAgent& message);
  void answer_reload(std::uint64_t id, const std::vector<std::string>& errors);
  // This process ends, so that another one takes its place.
  void say_leaving();
  [[nodiscard]] bool has_agent() const { return socket_ != nullptr && socket_->is_open(); }
  // There is one, or there was one a moment ago: it may be being restarted.
  [[nodiscard]] bool is_agent_expected() const;
  // Ends it for good: this proxy serves no new clients.
  void close();

 private:
  using Protocol = boost::asio::generic::seq_packet_protocol;

  void connect();
  void connect_later();
  void on_connected();
  void serve_agent();
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
  base::TimePoint lost_at_;
  bool ready_ = false;
};

// What a proxy says first, and which streams came with the agent's answer: the sticky tables' and
// the vault's, -1 where there is none; descriptors that nobody expects are closed.
[[nodiscard]] std::string agent_hello();
[[nodiscard]] std::pair<int, int> streams_of(const proto::AgentHello& hello,
                                             const std::vector<int>& descriptors);

}  // namespace wslb::proxy

// The request's body on its way to the server, as a coroutine of its own beside the one that waits
// for the response. Its owner must let join() finish before it destroys the connections.
#pragma once

#include <memory>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "proxy/body_pump.h"

namespace wslb::proxy {

class Upload : public std::enable_shared_from_this<Upload> {
 public:
  explicit Upload(BodyPump pump);

  // Begins to send on the executor of the connections. `on_end` is called when it has ended, which
  // may be before start() returns.
  void start(std::function<void()> on_end);

  // Waits until it has ended. One that has not yet is cut short: the server's connection is closed
  // and the client's reads are cancelled.
  boost::asio::awaitable<void> join();

  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] PumpEnd end() const { return end_; }
  [[nodiscard]] std::uint64_t payload() const { return pump_.payload; }

 private:
  void finish(PumpEnd end);

  BodyPump pump_;
  std::function<void()> on_end_;
  boost::asio::steady_timer ended_signal_;
  bool ended_ = false;
  PumpEnd end_ = PumpEnd::Stopped;
};

}  // namespace wslb::proxy

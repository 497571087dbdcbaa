// Does something again and again with pauses between, for ever: the checks of one server, or the
// questions to its agent. The check itself says how long to wait for the next.
//
// All on one executor, which must run one handler at a time. May be stopped and let go at any
// time, by the check itself too.
#pragma once

#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/time.h"

namespace wslb::proxy {

class CheckLoop : public std::enable_shared_from_this<CheckLoop> {
 public:
  // One check; returns the pause after it.
  using Check = std::function<boost::asio::awaitable<base::Duration>(CheckLoop&)>;

  CheckLoop(boost::asio::any_io_executor executor, Check check);

  void start(base::Duration first_delay);  // once
  void stop();
  [[nodiscard]] bool stopped() const { return stopped_; }

  // Until the next check; 0 while one is under way.
  [[nodiscard]] base::Duration due_in() const;

  // The next check begins no later than so long from now.
  void hasten(base::Duration delay);
  // While paused no check begins; it goes on at its next time.
  void set_paused(bool paused) { paused_ = paused; }

  // What interrupts the check under way when the loop is stopped; empty between checks.
  void on_stop(std::function<void()> interrupt) { interrupt_ = std::move(interrupt); }

 private:
  boost::asio::awaitable<void> run(base::Duration first_delay);
  boost::asio::awaitable<void> pause(base::Duration duration);

  const Check check_;
  std::function<void()> interrupt_;
  boost::asio::steady_timer timer_;
  base::TimePoint next_{};
  bool waiting_ = false;
  bool paused_ = false;
  bool stopped_ = false;
};

}  // namespace wslb::proxy

// What systemd is told (sd_notify(3)): ready, how things stand, stopping, and that the event loop
// still turns. Without systemd all of it does nothing.
#pragma once

#include <chrono>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agent/core/status.h"

namespace wslb::agent {

class SystemdNotify {
 public:
  explicit SystemdNotify(boost::asio::io_context& io);

  void ready();  // starts the watchdog, too, if the unit has one
  void status(const core::Status& status);
  void stopping();

 private:
  void feed_watchdog();

  boost::asio::steady_timer timer_;
  std::chrono::microseconds interval_{0};  // 0: no watchdog
};

}  // namespace wslb::agent

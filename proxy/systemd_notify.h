// What systemd is told (sd_notify(3)): that the proxy serves, and, where the unit has a watchdog,
// that every worker's loop still turns: a thread that hangs takes its share of the clients with it
// while the others look well. Without systemd all of it does nothing. On the first worker.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>

#include <boost/asio/steady_timer.hpp>

#include "proxy/listener.h"

namespace wslb::proxy {

class SystemdNotify {
 public:
  explicit SystemdNotify(const Listener::Workers& workers);

  void ready();  // starts the watchdog, too

 private:
  void ask_workers();

  const Listener::Workers& workers_;
  boost::asio::steady_timer timer_;
  std::chrono::microseconds interval_{0};  // 0: no watchdog
  std::atomic<std::size_t> silent_{0};     // workers that have not answered yet
};

}  // namespace wslb::proxy

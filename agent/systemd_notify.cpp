#include "agent/systemd_notify.h"

#include <cstdint>

#include <systemd/sd-daemon.h>

namespace wslb::agent {

SystemdNotify::SystemdNotify(boost::asio::io_context& io) : timer_(io) {
  std::uint64_t microseconds = 0;
  // Three times in each period, so that one late turn does not matter.
  if (sd_watchdog_enabled(0, &microseconds) > 0) {
    interval_ = std::chrono::microseconds(microseconds / 3);
  }
}

void SystemdNotify::ready() {
  sd_notify(0, "READY=1");
  if (interval_.count() > 0) feed_watchdog();
}

void SystemdNotify::status(const std::string& line) {
  sd_notify(0, ("STATUS=" + line).c_str());
}

void SystemdNotify::stopping() {
  sd_notify(0, "STOPPING=1");
}

void SystemdNotify::feed_watchdog() {
  sd_notify(0, "WATCHDOG=1");
  timer_.expires_after(interval_);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) feed_watchdog();
  });
}

}  // namespace wslb::agent

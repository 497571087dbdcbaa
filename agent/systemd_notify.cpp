#include "agent/systemd_notify.h"

#include <cstdint>
#include <string>

#include <systemd/sd-daemon.h>

namespace wslb::agent {
namespace {

std::string summarise(const core::Status& status) {
  std::string line;
  for (const core::SectionStatus& section : status.sections) {
    line += section.name + " " + std::string(core::to_string(section.state)) + ", ";
  }
  return line + (status.proxy.up ? "proxy up" : "no proxy");
}

}  // namespace

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

void SystemdNotify::status(const core::Status& status) {
  sd_notify(0, ("STATUS=" + summarise(status)).c_str());
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

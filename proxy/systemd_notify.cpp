#include "proxy/systemd_notify.h"

#include <cstdint>

#include <boost/asio/post.hpp>
#include <systemd/sd-daemon.h>

namespace wslb::proxy {

SystemdNotify::SystemdNotify(const Listener::Workers& workers)
    : workers_(workers), timer_(workers.front()->context) {
  std::uint64_t microseconds = 0;
  // Several times in each period, so that one late turn does not matter.
  constexpr std::uint64_t kTimes = 5;
  if (sd_watchdog_enabled(0, &microseconds) > 0) {
    interval_ = std::chrono::microseconds(microseconds / kTimes);
  }
}

void SystemdNotify::ready() {
  sd_notify(0, "READY=1");
  if (interval_.count() > 0) ask_workers();
}

// Nobody is asked again before all have answered, and until then systemd hears nothing.
void SystemdNotify::ask_workers() {
  if (silent_ == 0) {
    sd_notify(0, "WATCHDOG=1");
    silent_ = workers_.size();
    for (const auto& worker : workers_) {
      boost::asio::post(worker->context, [this] { --silent_; });
    }
  }
  timer_.expires_after(interval_);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) ask_workers();
  });
}

}  // namespace wslb::proxy

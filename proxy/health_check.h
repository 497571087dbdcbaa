// Runs the health checks of one server of one backend, for ever (`check`). Each result goes to
// the callback, which judges what it means for the server and says when the next check begins.
//
// All calls and callbacks happen on the given executor, which must run one handler at a time.
// Nothing is reported after stop() or destruction. A check ends with a reset, as HAProxy's does,
// so that frequent checks leave no TIME_WAIT behind.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "base/time.h"
#include "config/proxy_section.h"
#include "proxy/check_loop.h"
#include "proxy/lb/check_result.h"
#include "proxy/tls_store.h"

namespace wslb::proxy {

class HealthChecker {
 public:
  // The result of a check -> the pause before the next one.
  using Callback = std::function<base::Duration(const lb::CheckResult&)>;
  // Whether the server is up at all: only then does a 404 ask for no new clients.
  using IsUp = std::function<bool()>;
  // The server's address now; without it the configured one.
  using Where = std::function<base::Endpoint()>;

  // `server` indexes section.servers. Of `section` only copies are kept. `tls`: for servers that
  // speak it.
  HealthChecker(
      boost::asio::any_io_executor executor, const config::ProxySection& section,
      std::size_t server, Callback callback, std::shared_ptr<const TlsStore> tls = nullptr,
      IsUp is_up = [] { return true; }, Where where = {});
  ~HealthChecker();
  HealthChecker(const HealthChecker&) = delete;
  HealthChecker& operator=(const HealthChecker&) = delete;

  void start(base::Duration first_delay);  // once
  void stop();
  [[nodiscard]] base::Duration due_in() const { return loop_->due_in(); }
  void hasten(base::Duration delay) { loop_->hasten(delay); }
  void set_paused(bool paused) { loop_->set_paused(paused); }

  // The servers' first checks are spread evenly over the shortest interval of the section.
  [[nodiscard]] static base::Duration first_delay(const config::ProxySection& section,
                                                  std::size_t server);

 private:
  std::shared_ptr<CheckLoop> loop_;
};

}  // namespace wslb::proxy

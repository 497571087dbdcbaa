// Runs the health checks of one server of one backend, for ever: connects (`check`), or sends
// the request of `option httpchk` and compares the response's status with `http-check expect`.
// It owns the server's lb::Health, which sets the pace; each result goes to the callback, which
// tells the backend of a transition and writes the log line.
//
// All calls and callbacks happen on the given executor, which must run one handler at a time.
// Nothing is reported after stop() or destruction. Time limits are HAProxy's: without `timeout
// check` the whole check may take `inter`; with it, connecting may take the smaller of `timeout
// connect` and `inter`, and the answer `timeout check` more. A check ends with a reset, as
// HAProxy's does, so that frequent checks leave no TIME_WAIT behind.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "base/time.h"
#include "config/proxy_section.h"
#include "proxy/lb/health.h"
#include "proxy/tls_store.h"

namespace wslb::proxy {

struct CheckReport {
  bool ok = false;
  std::string reason;  // one line: "status 503, expected 200-399", "connect: Connection refused"
  std::optional<lb::Transition> transition;  // the server changed state by this result
};

class HealthChecker {
 public:
  using Callback = std::function<void(const CheckReport&)>;

  // `server` indexes section.servers. Of `section` only copies are kept. `tls`: for servers that
  // speak it.
  HealthChecker(boost::asio::any_io_executor executor, const config::ProxySection& section,
                std::size_t server, Callback callback, const TlsStore* tls = nullptr);
  ~HealthChecker();
  HealthChecker(const HealthChecker&) = delete;
  HealthChecker& operator=(const HealthChecker&) = delete;

  void start();  // once; the first check begins after first_delay()
  void stop();

  // The servers' first checks are spread evenly over the shortest interval of the section.
  [[nodiscard]] static base::Duration first_delay(const config::ProxySection& section,
                                                  std::size_t server);

 private:
  class Run;
  std::shared_ptr<Run> run_;
};

}  // namespace wslb::proxy

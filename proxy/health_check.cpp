#include "proxy/health_check.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "proxy/check_run.h"

namespace wslb::proxy {

namespace asio = boost::asio;
using base::Duration;

namespace {

// What a loop needs for as long as it lives.
struct Checked {
  config::Server server;
  config::HealthCheck check;
  config::Timeouts timeouts;
  HealthChecker::Callback callback;
  HealthChecker::IsUp is_up;
  HealthChecker::Where where;
  std::shared_ptr<const TlsStore> tls;
};

asio::awaitable<Duration> check_once(std::shared_ptr<Checked> checked, CheckLoop& loop) {
  if (checked->where) checked->server.address = checked->where();
  const bool accepts_404 = checked->check.disable_on_404 && checked->is_up();
  CheckRun run({checked->server, checked->check, checked->timeouts, checked->tls.get()},
               accepts_404);
  loop.on_stop([&run] { run.cancel(); });
  const lb::CheckResult result = co_await run.run();
  loop.on_stop({});
  if (loop.stopped()) co_return Duration(0);
  co_return checked->callback(result);
}

}  // namespace

HealthChecker::HealthChecker(asio::any_io_executor executor, const config::ProxySection& section,
                             std::size_t server, Callback callback,
                             std::shared_ptr<const TlsStore> tls, IsUp is_up, Where where) {
  const auto checked = std::make_shared<Checked>(
      Checked{section.servers.at(server), section.check, section.timeouts, std::move(callback),
              std::move(is_up), std::move(where), std::move(tls)});
  loop_ = std::make_shared<CheckLoop>(
      std::move(executor), [checked](CheckLoop& loop) { return check_once(checked, loop); });
}

HealthChecker::~HealthChecker() {
  stop();
}

void HealthChecker::start(Duration first_delay) {
  loop_->start(first_delay);
}

void HealthChecker::stop() {
  loop_->stop();
}

Duration HealthChecker::first_delay(const config::ProxySection& section, std::size_t server) {
  std::int64_t checked = 0;
  std::int64_t before = 0;
  std::optional<Duration> shortest;
  for (std::size_t i = 0; i < section.servers.size(); ++i) {
    const config::CheckParams& check = section.servers[i].check;
    if (!check.enabled) continue;
    ++checked;
    if (i < server) ++before;
    shortest = std::min(shortest.value_or(check.inter), check.inter);
  }
  return checked == 0 ? Duration(0) : *shortest * before / checked;
}

}  // namespace wslb::proxy

// What every session can reach: the configuration made live. Built once before the threads start;
// afterwards only what is atomic or locks itself changes.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "proxy/connection_gate.h"
#include "proxy/error_captures.h"
#include "proxy/live_traffic.h"
#include "proxy/server_pool.h"
#include "proxy/syslog_sender.h"
#include "proxy/tls_store.h"

namespace wslb::proxy {

// A frontend or listen section that clients connect to.
struct Frontend {
  Frontend(const config::ProxySection& configured, std::uint32_t maxconn)
      : section(configured), gate(maxconn) {}

  enum class State : std::uint8_t { Open, Paused, Stopped };

  const config::ProxySection& section;
  ConnectionGate gate;
  std::atomic<State> state{State::Open};  // of its listeners, as operators want it
  Statistics statistics;
  std::vector<ServerPool*> use_backends;              // beside section.use_backends
  ServerPool* default_backend = nullptr;              // null: 503
  std::atomic<std::uint64_t> refused_connections{0};  // before their session began
  std::atomic<std::uint32_t> log_lines{0};
};

struct Service {
  Service(const config::Config& loaded, std::uint32_t maxconn, SyslogSender sender);

  [[nodiscard]] bool has_proxy(std::string_view name) const;

  const config::Config& config;
  SyslogSender syslog;
  std::shared_ptr<TlsStore> tls = std::make_shared<TlsStore>(config);  // main() puts a loaded one
  ConnectionGate gate;
  ErrorCaptures errors;
  std::function<void()> on_connection_end = [] {};  // set before the threads start
  std::function<boost::asio::awaitable<LiveTraffic>(Detail)> gather;  // likewise
  std::map<std::string, std::unique_ptr<ServerPool>, std::less<>> pools;
  std::vector<std::unique_ptr<Frontend>> frontends;
  std::size_t threads = 1;
  base::TimePoint begun = std::chrono::steady_clock::now();
  std::string host_name;                   // the system's
  std::atomic<std::uint32_t> requests{0};  // so far, tcp connections included
  std::atomic<std::uint64_t> next_session_id{1};
  std::atomic<std::uint64_t> tunnels{0};  // open now
  std::atomic<bool> draining{false};      // no connection is kept for another request
};

}  // namespace wslb::proxy

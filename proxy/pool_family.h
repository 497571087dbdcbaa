// What the ServerPools of one backend have in common: that of the configuration in use, and those
// of earlier ones whose last requests are not over yet. They share counts, what is known of each
// server, and one mutex; each knows of every slot that another gives or gets back, so that
// `maxconn` and the balancing hold across a reload.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "config/server.h"
#include "proxy/lb/check_result.h"
#include "proxy/statistics.h"

namespace wslb::proxy {

class ServerPool;

// What the checks of a server found, for those who look at it.
struct ServerFindings {
  std::optional<lb::CheckResult> last;  // nothing: none has ended yet
  int points = 0;                       // of lb::Health
  std::uint64_t failures = 0;           // of a server that was not all down
  bool off = false;                     // an operator wants no checks
};

// A server across the configurations that have it. Its address is who it is.
struct SharedServer {
  Statistics statistics;
  base::Endpoint address;   // under the family's mutex: operators and DNS may change it
  std::string host;         // likewise: of an SRV record
  ServerFindings findings;  // likewise
};

struct PoolFamily {
  std::mutex mutex;
  std::vector<ServerPool*> pools;             // the oldest first; under the mutex
  std::atomic<std::uint32_t> connections{0};  // requests and tunnels that use or wait for it
  Statistics statistics;
};

// Whether two lines of one backend mean the same server. One with a host name stays itself when the
// name leads elsewhere.
[[nodiscard]] bool is_same_server(const config::Server& one, const config::Server& other);

}  // namespace wslb::proxy

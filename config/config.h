// The whole configuration, typed and checked, immutable once built. The agent uses `cluster` and
// `vrrps`, the proxy `global` and `proxies`; wslbctl checks all of it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/cluster.h"
#include "config/diagnostic.h"
#include "config/peers_section.h"
#include "config/proxy_section.h"
#include "config/read_file.h"
#include "config/resolvers_section.h"
#include "config/stats_socket.h"
#include "config/userlist.h"
#include "config/vrrp_section.h"

namespace wslb::config {

// `drain-rate N/s [deadline DURATION]`, ours: how fast WebSockets are told to go elsewhere.
struct DrainRate {
  int per_second = 0;                      // 1 or more
  std::optional<base::Duration> deadline;  // whoever is left then is told at once
};

struct Global {
  bool daemon = false;        // go to the background; -db overrides
  std::uint32_t maxconn = 0;  // of the process; 0: derived from the fd limit
  int nbthread = 0;           // 0: one for each processor
  std::string pidfile;        // empty: none
  std::vector<LogTarget> logs;
  std::vector<StatsSocket> stats_sockets;
  base::Duration stats_timeout = std::chrono::seconds(10);  // between two commands
  int stats_maxconn = 10;                                   // clients of one stats socket
  GlobalTls tls;
  std::optional<DrainRate> drain_rate;  // nullopt: all at once
  bool io_uring = true;                 // where the kernel allows it
  std::string log_tag = "wslb-proxy";
  // `log-send-hostname [NAME]`: given without a name it is empty and means the host's own.
  std::optional<std::string> log_host_name;
};

struct Config {
  Global global;
  std::optional<Cluster> cluster;
  std::vector<VrrpSection> vrrps;
  std::vector<Userlist> userlists;
  std::vector<PeersSection> peers;
  std::vector<ResolversSection> resolvers;
  std::vector<ProxySection> proxies;

  [[nodiscard]] const ProxySection* find_backend(std::string_view name) const;
  [[nodiscard]] const Userlist* find_userlist(std::string_view name) const;
  // Of proxies and of `peers` sections.
  [[nodiscard]] std::vector<const StickTable*> stick_tables() const;
};

// One file as read by the caller; this library reads none itself.
struct Source {
  std::string file;
  std::string text;
};

struct LoadResult {
  Config config;            // meaningful only where there are no errors
  Diagnostics diagnostics;  // errors and warnings in the order of the files
};

// What "$NAME" and "${NAME}" stand for inside double quotes. The caller reads the process's own.
using Environment = std::map<std::string, std::string, std::less<>>;

// HAProxy 1.x's words are read as well where an operator asks for it (compat.h).
enum class Dialect : std::uint8_t { Modern, WithHaproxy1 };

// `read_file`: for those that the configuration names, see read_file.h.
// Parses and checks the files as if they were one, in the order given. A section ends with its
// file.
[[nodiscard]] LoadResult load(const std::vector<Source>& sources,
                              const Environment& environment = {}, const ReadFile& read_file = {},
                              Dialect dialect = Dialect::Modern);

}  // namespace wslb::config

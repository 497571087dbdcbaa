#include "proxy/fixed_settings.h"

#include <algorithm>

namespace wslb::proxy {
namespace {

bool is_same(const config::StatsSocket& one, const config::StatsSocket& other) {
  return one.level == other.level && one.bind.endpoint == other.bind.endpoint &&
         one.bind.unix_path == other.bind.unix_path && one.bind.abstract == other.bind.abstract;
}

}  // namespace

std::vector<std::string> fixed_differences(const config::Global& started,
                                           const config::Global& wanted) {
  std::vector<std::string> lines;
  const auto note = [&lines](bool same, const std::string& keyword) {
    if (!same) lines.push_back("'" + keyword + "' cannot change while the proxy runs: restart it");
  };
  note(started.nbthread == wanted.nbthread, "nbthread");
  note(started.daemon == wanted.daemon, "daemon");
  note(started.pidfile == wanted.pidfile, "pidfile");
  note(std::ranges::equal(started.stats_sockets, wanted.stats_sockets, is_same), "stats socket");
  note(started.stats_timeout == wanted.stats_timeout, "stats timeout");
  note(started.stats_maxconn == wanted.stats_maxconn, "stats maxconn");
  note(started.io_uring == wanted.io_uring, "tune.wslb.io-uring");
  return lines;
}

}  // namespace wslb::proxy

#include "proxy/info_table.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include <sys/resource.h>
#include <unistd.h>

namespace wslb::proxy {
namespace {

using Type = StatsType;
using std::chrono::seconds;

struct Sums {
  std::uint64_t connections = 0;
  std::uint64_t requests = 0;
  std::uint64_t bytes_out = 0;
  std::uint32_t rate = 0;
  std::uint32_t rate_most = 0;
  std::size_t listeners = 0;
};

Sums sum_up(const Service& service, const LiveTraffic& live) {
  Sums sums;
  const auto now = std::chrono::steady_clock::now();
  for (const auto& frontend : service.frontends) {
    const Statistics& statistics = frontend->statistics;
    sums.connections += statistics.sessions.value();
    sums.requests += statistics.requests.value();
    sums.bytes_out += statistics.bytes_out.value() + live.of(*frontend).out;
    sums.rate += statistics.session_rate.now(now);
    sums.rate_most = std::max(sums.rate_most, statistics.session_rate.most());
    sums.listeners += frontend->section.binds.size();
  }
  return sums;
}

std::string days(seconds uptime) {
  std::array<char, 64> text{};
  const auto total = static_cast<long long>(uptime.count());
  std::snprintf(text.data(), text.size(), "%lldd %lldh%02lldm%02llds", total / 86400,
                total / 3600 % 24, total / 60 % 60, total % 60);
  return text.data();
}

std::uint64_t open_files_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

}  // namespace

std::vector<StatsField> info_fields(const Service& service, const LiveTraffic& live) {
  const Sums sums = sum_up(service, live);
  const auto age = std::chrono::steady_clock::now() - service.process.begun;
  const auto uptime = std::chrono::floor<seconds>(age);
  const auto began = std::chrono::system_clock::now() -
                     std::chrono::duration_cast<std::chrono::system_clock::duration>(age);
  std::vector<StatsField> fields;
  const auto text = [&fields](std::size_t position, std::string_view name, std::string_view tags,
                              const std::string& value) {
    fields.push_back({position, name, tags, Type::Text, value});
  };
  const auto number = [&fields](std::size_t position, std::string_view name, std::string_view tags,
                                std::uint64_t value, Type type = Type::U32) {
    fields.push_back({position, name, tags, type, std::to_string(value)});
  };
  text(0, "Name", "POS", "wslb-proxy");
  text(1, "Version", "POS", WSLB_VERSION);
  number(3, "Nbthread", "CGS", service.process.threads);
  number(4, "Nbproc", "CGS", 1);
  number(5, "Process_num", "KGP", 1);
  number(6, "Pid", "SGP", static_cast<std::uint64_t>(::getpid()));
  text(7, "Uptime", "MDP", days(uptime));
  number(8, "Uptime_sec", "MDP", static_cast<std::uint64_t>(uptime.count()));
  number(13, "Ulimit-n", "CLP", open_files_limit());
  number(15, "Maxconn", "CLP", service.process.gate.max());
  number(16, "Hard_maxconn", "CLP", service.process.gate.max());
  number(17, "CurrConns", "MGP", service.process.gate.open());
  number(18, "CumConns", "MCP", sums.connections);
  number(19, "CumReq", "MCP", sums.requests);
  number(26, "ConnRate", "MRP", sums.rate);
  number(28, "MaxConnRate", "MMP", sums.rate_most);
  number(29, "SessRate", "MRP", sums.rate);
  number(31, "MaxSessRate", "MRP", sums.rate_most);
  text(50, "node", "COS", service.process.host_name);
  number(52, "Stopping", "MGP", service.process.draining ? 1 : 0);
  number(53, "Jobs", "MGP", service.process.gate.open() + sums.listeners);
  number(55, "Listeners", "MGP", sums.listeners);
  number(61, "TotalBytesOut", "MGP", sums.bytes_out, Type::U64);
  text(66, "Build info", "POS", WSLB_VERSION);
  const auto since = std::chrono::floor<seconds>(began.time_since_epoch()).count();
  number(70, "Start_time_sec", "MDP", static_cast<std::uint64_t>(since));
  number(72, "Tunnels", "MGP", service.process.tunnels.load());
  return fields;
}

}  // namespace wslb::proxy

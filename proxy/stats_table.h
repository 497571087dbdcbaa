// The rows of `show stat`: one for each frontend, server and backend. Columns for which wslb keeps
// no figure are left out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/live_traffic.h"
#include "proxy/service.h"
#include "proxy/stats_field.h"

namespace wslb::proxy {

struct StatsRow {
  enum class Type : std::uint8_t { Frontend = 0, Backend = 1, Server = 2 };

  Type type = Type::Frontend;
  std::size_t proxy = 0;  // its number, as `iid`
  std::size_t server = 0;
  std::map<std::size_t, StatsField> fields;  // by position
  std::uint64_t tunnels = 0;                 // open now
  std::uint64_t elsewhere = 0;               // requests and tunnels of the cluster's other hosts

  // Empty where there is none.
  [[nodiscard]] std::string_view value(std::string_view column) const;
};

[[nodiscard]] std::vector<StatsRow> stats_rows(const Service& service, const LiveTraffic& live);

}  // namespace wslb::proxy

// `show stat`: a row for each frontend, server and backend, in HAProxy 2.6's columns and order.
// Columns that wslb does not keep are empty; those of the protocols behind the `-` are, too.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/live_traffic.h"
#include "proxy/service.h"

namespace wslb::proxy {

struct StatsRow {
  enum class Type : std::uint8_t { Frontend = 0, Backend = 1, Server = 2 };

  Type type = Type::Frontend;
  std::size_t proxy = 0;  // its number, as `iid`
  std::size_t server = 0;
  std::map<std::string_view, std::string> values;  // by column
};

[[nodiscard]] std::vector<StatsRow> stats_rows(const Service& service, const LiveTraffic& live);

// With the line that names the columns.
[[nodiscard]] std::string stats_csv(const std::vector<StatsRow>& rows);

}  // namespace wslb::proxy

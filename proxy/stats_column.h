// The columns of `show stat`, in HAProxy 2.6's order. Their places and names are its interface to
// monitoring programs.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "proxy/stats_field.h"

namespace wslb::proxy {

struct StatsColumn {
  std::string_view name;
  std::string_view tags;  // as in StatsField
  StatsType type = StatsType::U64;
};

[[nodiscard]] std::span<const StatsColumn> stats_columns();

// Behind it a CSV line has an additional `-`: the end of what every HAProxy has.
inline constexpr std::size_t kLastFixedColumn = 102;

// Of a name that is one.
[[nodiscard]] std::size_t stats_position(std::string_view name);

}  // namespace wslb::proxy

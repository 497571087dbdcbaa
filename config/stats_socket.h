// `stats socket PATH|ADDRESS:PORT [level user|operator|admin] [OPTION...]`: where the commands that
// look into the running proxy and change it are taken. Place and options are those of `bind`.
#pragma once

#include <cstdint>
#include <vector>

#include "config/proxy_section.h"

namespace wslb::config {

class Statement;

struct StatsSocket {
  enum class Level : std::uint8_t { User, Operator, Admin };

  Bind bind;
  Level level = Level::Operator;
};

// One for each address; none after an error was reported.
[[nodiscard]] std::vector<StatsSocket> parse_stats_socket(const Statement& statement);

}  // namespace wslb::config

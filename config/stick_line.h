// Reads the words of a `stick-table` line, and of a `table` line of a `peers` section.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "config/statement.h"
#include "config/stick_table.h"

namespace wslb::config {

// `words` begins with `type`, `size` or another option. Nothing after errors were reported.
[[nodiscard]] std::optional<StickTable> parse_stick_table(std::span<const std::string> words,
                                                          bool in_peers,
                                                          const Statement& statement);

}  // namespace wslb::config

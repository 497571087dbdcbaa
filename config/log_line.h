// Reads the arguments of a `log` line, in `global` and in proxies.
#pragma once

#include <optional>

#include "config/log_target.h"
#include "config/statement.h"

namespace wslb::config {

[[nodiscard]] std::optional<LogTarget> parse_log_line(const Statement& statement);

}  // namespace wslb::config

// `log ADDRESS[:PORT] FACILITY [LEVEL]`, in `global` and in proxies.
#pragma once

#include <optional>

#include "config/proxy_section.h"
#include "config/statement.h"

namespace wslb::config {

[[nodiscard]] std::optional<LogTarget> parse_log_target(const Statement& statement);

}  // namespace wslb::config

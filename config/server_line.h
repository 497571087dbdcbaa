// `server NAME ADDRESS:PORT [OPTION...]` and `default-server OPTION...`.
#pragma once

#include <string_view>

#include "config/server.h"
#include "config/statement.h"

namespace wslb::config {

// Starts from the section's default server.
[[nodiscard]] Server parse_server(const Statement& statement, const Server& default_server);
void parse_default_server(const Statement& statement, Server& default_server);

}  // namespace wslb::config

// What may follow the addresses of a `bind` line. Each option is a row of a table here; those about
// TLS have a file of their own.
#pragma once

#include "config/proxy_section.h"
#include "config/statement.h"

namespace wslb::config {

// False after an error was reported.
[[nodiscard]] bool read_bind_options(const Statement& statement, Bind& bind);

}  // namespace wslb::config

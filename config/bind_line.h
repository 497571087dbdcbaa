// `bind [ADDRESS]:PORT[,...] [maxconn N]` and `bind fd@N`: one Bind for each address.
#pragma once

#include <vector>

#include "config/proxy_section.h"
#include "config/statement.h"

namespace wslb::config {

[[nodiscard]] std::vector<Bind> parse_bind(const Statement& statement);

}  // namespace wslb::config

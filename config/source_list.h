// `source ADDRESS[:PORT]` of servers and backends: from where connections to a server are made.
// Ours: several addresses, parted by commas, are used in turn, since one has ports for 64k
// connections.
#pragma once

#include <string_view>
#include <vector>

#include "base/ip_address.h"
#include "base/result.h"

namespace wslb::config {

// Empty for `*`, HAProxy's way to say: none. The error is a fragment that begins with "expects".
[[nodiscard]] base::Result<std::vector<base::Endpoint>> parse_sources(std::string_view text);

}  // namespace wslb::config

// What a client of Microsoft's remote desktop says in its first packet about the server it wants:
// a line `Cookie: NAME=VALUE` behind eleven bytes of framing (MS-RDPBCGR, section 2.2.1.1). Strict
// and bounded by the bytes given.
#pragma once

#include <optional>
#include <string_view>

#include "base/ip_address.h"

namespace wslb::proxy::http {

// The value; of any cookie where the name is empty. Nothing before the line's end is there.
[[nodiscard]] std::optional<std::string_view> rdp_cookie(std::string_view content,
                                                         std::string_view name);

// The address in a value such as 3640205228.15629.0000, IPv4 alone.
[[nodiscard]] std::optional<base::Endpoint> rdp_server(std::string_view value);

}  // namespace wslb::proxy::http

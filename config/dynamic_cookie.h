// `cookie ... dynamic`: the cookie of a server without one, made of the backend's secret key and
// the server's address, so that all proxies of a cluster give the same one. HAProxy 2.6's value.
#pragma once

#include <string>
#include <string_view>

#include "base/ip_address.h"

namespace wslb::config {

[[nodiscard]] std::string dynamic_cookie(std::string_view key, const base::Endpoint& server);

}  // namespace wslb::config

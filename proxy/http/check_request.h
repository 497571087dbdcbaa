// The request of `option httpchk` and `http-check send` as it goes to a server.
#pragma once

#include <string>

#include "base/ip_address.h"
#include "config/health_check.h"

namespace wslb::proxy::http {

[[nodiscard]] std::string check_request(const config::CheckRequest& request,
                                        const base::Endpoint& server);

}  // namespace wslb::proxy::http

// Where in a `tcp-check` script a check got stuck, in the words of HAProxy's log line: " at step 2
// of tcp-check (send)". Empty for other checks.
#pragma once

#include <string>

#include "config/health_check.h"

namespace wslb::proxy::http {

[[nodiscard]] std::string check_place(config::HealthCheck::Protocol protocol,
                                      const config::CheckStep& step);

}  // namespace wslb::proxy::http

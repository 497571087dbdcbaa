// A request line taken apart for the log, as it was received: a log that tells of a repaired
// request is of no use to whoever looks for the cause.
#pragma once

#include <optional>
#include <string_view>

#include "config/log_format.h"

namespace wslb::proxy::http {

// %r, %HM, %HU, %HP, %HPO, %HQ, %HV; nothing for other variables.
std::optional<std::string_view> request_part(std::string_view line, config::LogVariable variable);

}  // namespace wslb::proxy::http

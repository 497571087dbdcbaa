// What holds for the life of the process, so that a reload can only say that it takes a restart.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"

namespace wslb::proxy {

// One line for each such setting in which `wanted` is not what the process was started with.
[[nodiscard]] std::vector<std::string> fixed_differences(const config::Global& started,
                                                         const config::Global& wanted);

}  // namespace wslb::proxy

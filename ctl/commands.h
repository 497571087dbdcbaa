// What each command of wslbctl does. The result is the exit status.
#pragma once

#include "ctl/arguments.h"

namespace wslb::ctl {

enum class Exit : std::uint8_t { Done = 0, No = 1, Usage = 2, Unreachable = 3 };

[[nodiscard]] Exit run(const Arguments& arguments);

}  // namespace wslb::ctl

// `wslbctl top`: a look at the agent every second or so, drawn in place on the terminal. An agent
// that goes away is waited for. With --json: a line for each look, terminal or not.
#pragma once

#include "ctl/arguments.h"
#include "ctl/commands.h"

namespace wslb::ctl {

[[nodiscard]] Exit run_top(const TopCommand& command, const Arguments& arguments);

}  // namespace wslb::ctl

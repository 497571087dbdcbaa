// What the agent says of itself, its proxy and its peers, and how their processes run.
#pragma once

#include <string>

#include "ctl/doctor/facts.h"

namespace wslb::ctl {

// Fills `agent`, or `agent_error`.
void ask_agent(const std::string& run_dir, doctor::Facts& facts);

}  // namespace wslb::ctl

// Asks this host what `wslbctl doctor` judges: files of /proc, /sys and /etc, the programs nft and
// iptables-save, the agent, and where there is none the links. Reads only, and waits for nothing
// longer than some seconds.
#pragma once

#include <string>

#include "ctl/arguments.h"
#include "ctl/doctor/facts.h"

namespace wslb::ctl {

[[nodiscard]] doctor::Facts gather_facts(const DoctorCommand& command, const std::string& run_dir);

}  // namespace wslb::ctl

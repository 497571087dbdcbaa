// Asks this host what `wslbctl doctor` judges: files of /proc, /sys and /etc, the programs nft and
// iptables-save, the agent. Reads only, and waits for nothing longer than some seconds.
#pragma once

#include <string>

#include "ctl/doctor/facts.h"

namespace wslb::ctl {

[[nodiscard]] doctor::Facts gather_facts(const std::string& file, const std::string& run_dir);

}  // namespace wslb::ctl

// The host's network interfaces, and who manages them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ctl/doctor/facts.h"

namespace wslb::ctl {

[[nodiscard]] std::map<std::string, doctor::LinkFacts> read_links();
// The interfaces by which the IPv4 default routes leave.
[[nodiscard]] std::vector<std::string> read_default_routes();

}  // namespace wslb::ctl

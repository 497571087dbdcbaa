// The rules as `iptables-save` and `ip6tables-save` print them.
#pragma once

#include <string>
#include <string_view>

#include "ctl/doctor/packet_filter.h"

namespace wslb::ctl::doctor {

// `family`: "ip" or "ip6". What is not understood may match or not.
void add_iptables(std::string_view text, const std::string& family, Ruleset& rules);

}  // namespace wslb::ctl::doctor

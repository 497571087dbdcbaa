// The `vrrp` sections that Keepalived's instances become.
#pragma once

#include <string>
#include <vector>

#include "ctl/migration/member.h"

namespace wslb::ctl::migration {

[[nodiscard]] std::string vrrp_text(const std::vector<Member>& members, Remarks& remarks);

}  // namespace wslb::ctl::migration

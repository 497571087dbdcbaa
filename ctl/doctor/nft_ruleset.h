// The rules as `nft --json list ruleset` prints them.
#pragma once

#include <string_view>

#include "base/result.h"
#include "ctl/doctor/packet_filter.h"

namespace wslb::ctl::doctor {

[[nodiscard]] base::Result<Ruleset> parse_nft(std::string_view json);

}  // namespace wslb::ctl::doctor

// The figures of `show info`, with HAProxy's names and numbers; ours have numbers behind its last.
#pragma once

#include <string>
#include <vector>

#include "proxy/live_traffic.h"
#include "proxy/service.h"
#include "proxy/stats_field.h"

namespace wslb::proxy {

[[nodiscard]] std::vector<StatsField> info_fields(const Service& service, const LiveTraffic& live);

}  // namespace wslb::proxy

// `http-request use-service prometheus-exporter`: the figures of `show info` and `show stat` in
// Prometheus' text format, with the names of HAProxy's exporter; and how many tunnels are open.
#pragma once

#include <string>
#include <vector>

#include "proxy/stats_field.h"
#include "proxy/stats_table.h"

namespace wslb::proxy {

[[nodiscard]] std::string prometheus_text(const std::vector<StatsRow>& rows,
                                          const std::vector<StatsField>& info);

}  // namespace wslb::proxy

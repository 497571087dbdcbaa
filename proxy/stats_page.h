// The page of `stats enable` for people: the rows of `show stat` as tables.
#pragma once

#include <string>
#include <vector>

#include "config/stats_page.h"
#include "proxy/stats_field.h"
#include "proxy/stats_table.h"

namespace wslb::proxy {

// `info`: of the process. Names are escaped; whoever chose them cannot add to the page.
[[nodiscard]] std::string stats_page(const std::vector<StatsRow>& rows,
                                     const std::vector<StatsField>& info,
                                     const config::StatsPage& page);

}  // namespace wslb::proxy

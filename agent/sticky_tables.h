// The stick tables of the configuration as the replica knows them. Those that no `peers` section
// shares stay in the proxy. Used by StickyService.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "agent/sticky/record.h"
#include "config/config.h"

namespace wslb::agent {

[[nodiscard]] std::vector<sticky::Table> shared_tables(const config::Config& config);

// Names of those that this `peers` section shares.
[[nodiscard]] std::set<std::string> tables_of(const config::Config& config,
                                              const std::string& peers);

}  // namespace wslb::agent

// What the sections of this node were, from the oldest known change to now: a lane for each, SVG.
// Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proto/control.pb.h"

namespace wslb::view {

// `events` in their order.
[[nodiscard]] std::string failover_time_line(const proto::Status& status,
                                             const std::vector<proto::Event>& events,
                                             std::int64_t now_unix_ms);

}  // namespace wslb::view

// The agent's metrics in Prometheus' text format, by its conventions; docs/metrics.md says what
// each means. Pure.
#pragma once

#include <string>

#include "proto/control.pb.h"

namespace wslb::view {

[[nodiscard]] std::string metrics_text(const proto::Status& status);

}  // namespace wslb::view

// What `wslbctl failover` means for one group on this node. VRRP has no message "you take over":
// the active router can only resign, and then the best backup wins; a backup can only outbid the
// active router. So a node that is neither active nor the wanted one refuses and says where to ask.
#pragma once

#include <cstdint>
#include <string>

#include "agent/core/group.h"
#include "agent/core/input.h"
#include "base/result.h"
#include "base/time.h"
#include "config/cluster.h"

namespace wslb::agent::core {

enum class Move : std::uint8_t { None, Resign, TakeOver };

struct FailoverPlan {
  Move move = Move::None;
  std::string text;  // what is done, one clause for the operator
};

// `command.to` is a node of the cluster, or empty.
[[nodiscard]] base::Result<FailoverPlan> plan_failover(const Group& group,
                                                       const config::Cluster& cluster,
                                                       const std::string& self,
                                                       const Failover& command,
                                                       base::TimePoint now);

}  // namespace wslb::agent::core

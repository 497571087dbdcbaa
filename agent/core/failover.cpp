#include "agent/core/failover.h"

#include <algorithm>
#include <optional>

namespace wslb::agent::core {

namespace {

// A drained node would give them back at once.
std::optional<base::Error> find_drained(const config::Cluster& cluster, const std::string& self,
                                        const Failover& command) {
  std::string drained;
  int count = 0;
  for (const config::Node& node : cluster.nodes) {
    const bool candidate = command.to.empty() ? node.name != self : node.name == command.to;
    if (!candidate) continue;
    if (std::ranges::count(command.drained, node.name) == 0) return std::nullopt;
    drained += (count++ > 0 ? " and " : "") + node.name;
  }
  if (count == 0) return std::nullopt;
  return base::Error{drained + (count > 1 ? " are drained and take" : " is drained and takes") +
                     " nothing over; run 'wslbctl undrain' there"};
}

base::Result<FailoverPlan> plan_resignation(const config::Cluster& cluster, const std::string& self,
                                            const Failover& command) {
  const std::string& to = command.to;
  if (to == self) return FailoverPlan{Move::None, "is active on " + self + " already"};
  if (const auto refusal = find_drained(cluster, self, command)) return *refusal;
  if (to.empty()) return FailoverPlan{Move::Resign, "given up; the best backup takes over"};
  if (cluster.nodes.size() > 2) {
    return base::Error{
        "VRRP lets the best backup take over, not a chosen one; run this command on " + to};
  }
  return FailoverPlan{Move::Resign, "given up; " + to + " takes over"};
}

// The active router of any of the group's sections: they are active together.
const Section::ActiveRouter* active_router(const Group& group, base::TimePoint now) {
  for (const Section& section : group.sections()) {
    if (const auto* active = section.active_router(now)) return active;
  }
  return nullptr;
}

base::Result<FailoverPlan> plan_take_over(const Group& group, const std::string& self,
                                          const std::string& to, base::TimePoint now) {
  const Section::ActiveRouter* active = active_router(group, now);
  if (!to.empty() && to != self) {
    if (active != nullptr && active->node == to) {
      return FailoverPlan{Move::None, "is active on " + to + " already"};
    }
    return base::Error{"only the active node can give it up and only " + to +
                       " can take it; run this command on " + to};
  }
  for (const Section& section : group.sections()) {
    const auto* rival = section.active_router(now);
    const std::uint8_t bid = std::max(priority_commanded, section.configured_priority());
    if (rival != nullptr && rival->priority >= bid) {
      return base::Error{rival->name() + " is active with priority " +
                         std::to_string(rival->priority) + ", which " + self +
                         " cannot outbid; run this command there"};
    }
  }
  if (active == nullptr) return FailoverPlan{Move::TakeOver, "taken over by " + self};
  return FailoverPlan{Move::TakeOver, "taken over from " + active->name() + " by " + self};
}

}  // namespace

base::Result<FailoverPlan> plan_failover(const Group& group, const config::Cluster& cluster,
                                         const std::string& self, const Failover& command,
                                         base::TimePoint now) {
  const std::string& to = command.to;
  if (group.is_active()) return plan_resignation(cluster, self, command);
  const Section& first = group.sections().front();
  const bool wanted_here = to.empty() || to == self;
  if (wanted_here && group.is_drained()) {
    return base::Error{self + " is drained and takes nothing over; 'wslbctl undrain' ends that"};
  }
  if (wanted_here && first.state() != SectionState::Backup) {
    return base::Error{"it is in " + std::string(to_string(first.state())) + " on " + self +
                       " and cannot take over: " + first.reason()};
  }
  return plan_take_over(group, self, to, now);
}

}  // namespace wslb::agent::core

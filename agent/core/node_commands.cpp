// The part of Node that does what the operator wants.
#include <algorithm>

#include "agent/core/failover.h"
#include "agent/core/node.h"

namespace wslb::agent::core {

void Node::failover(const Failover& command, base::TimePoint now, Effects& effects) {
  CommandResult result;
  const auto refuse = [&](std::string why) {
    effects.emplace_back(CommandResult{false, {std::move(why)}});
  };
  if (life_ != Life::Running) return refuse("the agent is starting or stopping; try again");
  if (!command.to.empty() && cluster().find_node(command.to) == nullptr) {
    return refuse("there is no node '" + command.to + "' in cluster " + cluster().name);
  }
  bool found = false;
  for (Group& group : groups_) {
    const auto named = [&](const Section& each) {
      return command.vrrp.empty() || each.config().name == command.vrrp;
    };
    if (std::none_of(group.sections().begin(), group.sections().end(), named)) continue;
    found = true;
    const auto plan = plan_failover(group, cluster(), self_, command, now);
    const std::string text = plan ? plan->text : "refused: " + plan.error().message;
    result.accepted = result.accepted || plan;
    for (const Section& each : group.sections()) {
      result.lines.push_back(each.config().name + ": " + text);
      effects.emplace_back(Emit{EventKind::Command, each.config().name, "failover: " + text});
    }
    if (plan) carry_out(plan->move, group, now, effects);
  }
  if (!found) return refuse("there is no vrrp section '" + command.vrrp + "'");
  effects.emplace_back(std::move(result));
}

void Node::carry_out(Move move, Group& group, base::TimePoint now, Effects& effects) {
  switch (move) {
    case Move::None:
      return;
    case Move::Resign:
      return group.resign("failover command", now, effects);
    case Move::TakeOver:
      return group.take_over("failover command", now, effects);
  }
}

void Node::drain(const Drain& command, base::TimePoint now, Effects& effects) {
  if (life_ != Life::Running) {
    effects.emplace_back(CommandResult{false, {"the agent is starting or stopping; try again"}});
    return;
  }
  if (drained_ == command.on) {
    const std::string how = command.on ? " is drained already" : " is not drained";
    effects.emplace_back(CommandResult{true, {self_ + how}});
    return;
  }
  drained_ = command.on;
  const std::string text =
      command.on ? "drained: it takes no VIP while another node can" : "not drained any more";
  effects.emplace_back(Emit{EventKind::Command, self_, text});
  for (Group& group : groups_) group.set_drained(drained_, now, effects);
  effects.emplace_back(CommandResult{true, {self_ + " is " + text}});
}

}  // namespace wslb::agent::core

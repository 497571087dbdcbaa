// The part of Node that knows whether there is a proxy.
#include "agent/core/node.h"

namespace wslb::agent::core {

void Node::proxy_changed(const ProxyChanged& change, base::TimePoint now, Effects& effects) {
  ProxyStatus& proxy = facts_.proxy;
  facts_.proxy_told = true;
  if (!change.up) {
    // Only what serves can be succeeded: who was lost before has lost the VIP too.
    const bool awaited = change.kept && proxy.up && life_ == Life::Running &&
                         succession_.waits_for_anybody() && !succession_.is_under_way();
    if (!awaited) return lose_proxy(change.reason, effects);
    succession_.begin(change.reason, now);
    proxy.awaited = true;
    proxy.pid = 0;
    return;
  }
  std::string text = "up, process " + std::to_string(change.pid);
  if (succession_.is_under_way()) text = succession_.succeed(change.pid, now);
  if (proxy.ever_up && (!proxy.up || proxy.awaited)) ++proxy.restarts;
  proxy.ever_up = proxy.up = true;
  proxy.awaited = false;
  proxy.pid = change.pid;
  facts_.proxy_reason.clear();
  effects.emplace_back(Emit{EventKind::Proxy, "proxy", std::move(text)});
}

void Node::lose_proxy(const std::string& reason, Effects& effects) {
  succession_.abandon();
  facts_.proxy.up = facts_.proxy.awaited = false;
  facts_.proxy.pid = 0;
  facts_.proxy_reason = reason;
  effects.emplace_back(
      Emit{EventKind::Proxy, "proxy", "down" + (reason.empty() ? "" : ": " + reason), {}, true});
}

void Node::judge_succession(Succession::Verdict verdict, Effects& effects) {
  switch (verdict) {
    case Succession::Verdict::Wait:
      return;
    case Succession::Verdict::EndKept:
      effects.emplace_back(EndKept{});
      return;
    case Succession::Verdict::Lost:
      return lose_proxy(succession_.loss(), effects);
  }
}

}  // namespace wslb::agent::core

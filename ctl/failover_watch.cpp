#include "ctl/failover_watch.h"

#include <algorithm>

namespace wslb::ctl {

FailoverWatch::FailoverWatch(const proto::Status& before, const std::string& vrrp, std::string to)
    : to_(std::move(to)) {
  for (const proto::Status::Vrrp& section : before.vrrp()) {
    if (vrrp.empty() || section.name() == vrrp) before_.push_back(section);
  }
}

const proto::Status::Vrrp* FailoverWatch::find_before(const std::string& name) const {
  const auto found = std::ranges::find_if(
      before_, [&](const proto::Status::Vrrp& section) { return section.name() == name; });
  return found == before_.end() ? nullptr : &*found;
}

Progress FailoverWatch::look(const proto::Status::Vrrp& now) const {
  const proto::Status::Vrrp* before = find_before(now.name());
  if (before == nullptr) return Progress::Moved;  // none of ours
  const std::string& active = now.active_node();
  if (active.empty()) return Progress::Pending;
  if (to_.empty() ? active != before->active_node() : active == to_) return Progress::Moved;
  // It began to be active anew, after having given up.
  const bool again = now.state() == "active" && now.since_unix_ms() > before->since_unix_ms();
  return again ? Progress::CameBack : Progress::Pending;
}

Progress FailoverWatch::look(const proto::Status& now) const {
  Progress worst = Progress::Moved;
  for (const proto::Status::Vrrp& section : now.vrrp()) {
    const Progress one = look(section);
    if (one == Progress::CameBack) return one;
    if (one == Progress::Pending) worst = one;
  }
  return worst;
}

std::vector<std::string> FailoverWatch::describe(const proto::Status& now) const {
  std::vector<std::string> lines;
  for (const proto::Status::Vrrp& section : now.vrrp()) {
    const proto::Status::Vrrp* before = find_before(section.name());
    if (before == nullptr) continue;
    const std::string was = before->active_node().empty() ? "nobody" : before->active_node();
    const std::string is = section.active_node().empty() ? "nobody" : section.active_node();
    lines.push_back(section.name() + ": " + is + " is active" +
                    (is == was ? ", as before" : ", before it was " + was));
  }
  return lines;
}

}  // namespace wslb::ctl

// Tells from two looks at the agent's status whether a failover has come to its end. Pure.
#pragma once

#include <string>
#include <vector>

#include "proto/control.pb.h"

namespace wslb::ctl {

enum class Progress : std::uint8_t { Pending, Moved, CameBack };

class FailoverWatch {
 public:
  // `before` is the status before the command; `vrrp` and `to` as the command has them.
  FailoverWatch(const proto::Status& before, const std::string& vrrp, std::string to);

  // CameBack: the VIP is where it was before, since nobody else took it. The worst of the sections
  // counts; Pending is better than that.
  [[nodiscard]] Progress look(const proto::Status& now) const;

  // One line for each section: who is active now.
  [[nodiscard]] std::vector<std::string> describe(const proto::Status& now) const;

 private:
  [[nodiscard]] Progress look(const proto::Status::Vrrp& now) const;
  [[nodiscard]] const proto::Status::Vrrp* find_before(const std::string& name) const;

  std::vector<proto::Status::Vrrp> before_;  // of the sections that shall move
  std::string to_;
};

}  // namespace wslb::ctl

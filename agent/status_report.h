// The core's status and the shell's own figures as the answer to `wslbctl status`.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "agent/core/status.h"
#include "agent/event_log.h"
#include "agent/sticky_service.h"
#include "agent/vault.h"
#include "base/time.h"
#include "proto/control.pb.h"

namespace wslb::agent {

// What the core does not know.
struct ShellFigures {
  std::string cluster;
  std::string version;
  std::uint64_t tunnels = 0;
  std::string proxy_kind = "wslb";
  bool proxy_starting = false;    // a process or a connection is there
  std::string proxy_reason = {};  // why it is not up
  StickyService::Figures sticky{};
  std::optional<Vault::Figures> vault{};  // nullopt: there is none
  std::string drained_since = {};
  std::chrono::system_clock::time_point started{};  // this agent
  std::uint64_t events = 0;
  std::uint64_t link_garbage = 0;
  std::uint64_t link_refused = 0;
  base::TimePoint now;
  std::chrono::system_clock::time_point wall_now;  // the same moment
};

// What the peers are told of it.
[[nodiscard]] proto::PeerStanding report_standing(const proto::Status& status);

[[nodiscard]] proto::Event report_event(const LoggedEvent& event);

[[nodiscard]] proto::Status report_status(const core::Status& status, const ShellFigures& figures);

}  // namespace wslb::agent

// What a control session may ask of the agent; main wires it to the runner.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/core/effect.h"
#include "agent/event_log.h"
#include "proto/control.pb.h"

namespace wslb::agent {

struct ControlService {
  std::string version;
  EventLog& events;
  std::function<proto::Status()> status;
  std::function<core::CommandResult(const proto::FailoverRequest&)> failover;
  // `answer` gets the reasons why not.
  using ReloadAnswer = std::function<void(const std::vector<std::string>& errors)>;
  std::function<void(bool hard, ReloadAnswer answer)> reload = {};
  // Whatever else may be asked, which may take a moment; `user`: of those that change something.
  using Answer = std::function<void(const proto::ControlResponse& response)>;
  std::function<void(const proto::ControlRequest& request, unsigned user, Answer answer)> ask = {};
};

// Which commands a socket takes.
enum class Access : std::uint8_t { ReadOnly, ReadWrite };

}  // namespace wslb::agent

// Asks the agent of one server, for ever (`agent-check`): connects, says `agent-send`, reads one
// line. What it says goes to the callback; that it cannot be reached too, as a result without a
// reply. Executor and lifetime as of HealthChecker.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/any_io_executor.hpp>

#include "base/time.h"
#include "config/proxy_section.h"
#include "proxy/check_loop.h"
#include "proxy/lb/agent_reply.h"
#include "proxy/lb/check_result.h"

namespace wslb::proxy {

class AgentChecker {
 public:
  using Callback =
      std::function<void(lb::CheckResult result, const std::optional<lb::AgentReply>& reply)>;

  // The server's address now; none: the agent is not asked.
  using Where = std::function<base::Endpoint()>;

  AgentChecker(boost::asio::any_io_executor executor, const config::ProxySection& section,
               std::size_t server, Callback callback, Where where);
  ~AgentChecker();
  AgentChecker(const AgentChecker&) = delete;
  AgentChecker& operator=(const AgentChecker&) = delete;

  void start(base::Duration first_delay);  // once
  [[nodiscard]] base::Duration due_in() const { return loop_->due_in(); }

 private:
  std::shared_ptr<CheckLoop> loop_;
};

}  // namespace wslb::proxy

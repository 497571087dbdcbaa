// What is known of one server's health taken together: its checks, what its agent says, and the
// errors seen in its traffic (`observe`). Each piece of news may change the state that the server
// should be in; the caller applies that to the Backend unless the operator wants otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "config/check_status.h"
#include "config/server.h"
#include "proxy/lb/health.h"
#include "proxy/lb/server_state.h"

namespace wslb::proxy::lb {

// What a connection to the server came to. The last six are of HTTP alone.
enum class Observation : std::uint8_t {
  Connected,
  ConnectFailed,
  GoodResponse,
  WrongStatus,
  BadHead,
  ReadError,
  ReadTimeout,
  Closed,
};

// Which of the two it is for an HTTP status.
[[nodiscard]] Observation observed_status(int status);

class ServerHealth {
 public:
  explicit ServerHealth(const config::Server& server)
      : server_(server), checks_(server.check), agent_enabled_(server.agent.enabled) {}

  struct News {
    std::optional<Operation> state;  // that follows
    bool notable = false;            // `option log-health-checks` writes a line
  };

  News on_check(config::CheckStatus status);
  // `now`: the state that the server is in.
  News on_agent(config::CheckStatus status, Operation now);

  // Nothing below the limit. Then "Detected 10 consecutive errors, ..."; what else follows is to
  // be taken as a check's failure where `fails`.
  struct Alarm {
    std::string text;
    bool fails = true;
  };
  [[nodiscard]] std::optional<Alarm> on_traffic(Observation observation);

  // Goes on with what was known of the same server under another configuration.
  void go_on(const ServerHealth& before);

  // The operator says how it is.
  void force(Operation operation) { checks_.settle(operation != Operation::Stopped); }
  // It leaves maintenance: up, one failure from down.
  void reset();

  [[nodiscard]] base::Duration next_check() const { return checks_.next_delay(); }
  // "2/3 UP", of the checks or of the agent.
  [[nodiscard]] std::string check_score(bool weightless) const { return checks_.score(weightless); }
  [[nodiscard]] int check_points() const { return checks_.points(); }
  [[nodiscard]] std::string agent_score(bool weightless) const;

 private:
  [[nodiscard]] bool checks_allow() const { return !server_.check.enabled || checks_.up(); }

  const config::Server& server_;
  Health checks_;
  bool agent_enabled_;
  bool agent_up_ = true;
  int errors_ = 0;  // in a row
  std::optional<config::CheckStatus> last_check_;
  std::optional<config::CheckStatus> last_agent_;
};

}  // namespace wslb::proxy::lb

// What an agent says of its server (`agent-check`): one line of words parted by blanks, tabs and
// commas, and behind `#` a description. Of several words of a kind the last counts.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/check_status.h"
#include "proxy/lb/server_state.h"

namespace wslb::proxy::lb {

struct AgentReply {
  std::string health;  // as written: up, down, stopped or fail; empty: not said
  std::optional<Admin> admin;
  std::string weight;   // "75%"
  std::string maxconn;  // "30"
  std::string unknown;  // the first word that means nothing
  std::string description;

  [[nodiscard]] config::CheckStatus status() const;
  // For the log; `warning`: what could not be done of it.
  [[nodiscard]] std::string info(std::string_view warning) const;
};

// The line without its end.
[[nodiscard]] AgentReply parse_agent_reply(std::string_view line);

// The weight that "75%" of the configured one means; nothing where it is malformed.
[[nodiscard]] std::optional<int> parse_agent_weight(std::string_view text, int configured);

}  // namespace wslb::proxy::lb

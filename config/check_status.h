// How a health check ended, in HAProxy's classes: operators and log scripts know them.
#pragma once

#include <cstdint>

namespace wslb::config {

enum class CheckStatus : std::uint8_t {
  Checked,      // the agent said nothing about the server's state
  Observed,     // no check: the traffic went wrong too often
  SocketError,  // of this host
  L4Ok,
  L4Timeout,
  L4Connection,
  L6Ok,
  L6Timeout,
  L6Response,
  L7Timeout,
  L7Response,
  L7Ok,
  L7OkConditionally,  // serves those that it knows, takes nobody new
  L7Status,
};

enum class CheckVerdict : std::uint8_t { Neutral, Failed, Passed, Conditional };

[[nodiscard]] constexpr CheckVerdict verdict_of(CheckStatus status) {
  switch (status) {
    case CheckStatus::Checked:
      return CheckVerdict::Neutral;
    case CheckStatus::L4Ok:
    case CheckStatus::L6Ok:
    case CheckStatus::L7Ok:
      return CheckVerdict::Passed;
    case CheckStatus::L7OkConditionally:
      return CheckVerdict::Conditional;
    case CheckStatus::Observed:
    case CheckStatus::SocketError:
    case CheckStatus::L4Timeout:
    case CheckStatus::L4Connection:
    case CheckStatus::L6Timeout:
    case CheckStatus::L6Response:
    case CheckStatus::L7Timeout:
    case CheckStatus::L7Response:
    case CheckStatus::L7Status:
      return CheckVerdict::Failed;
  }
  return CheckVerdict::Neutral;
}

}  // namespace wslb::config

// How one health check, or one question to a server's agent, went.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "config/check_status.h"

namespace wslb::proxy::lb {

struct CheckResult {
  config::CheckStatus status = config::CheckStatus::L7Ok;
  int code = 0;  // of the HTTP response
  std::string info;
  std::optional<base::Duration> duration;

  // ", reason: Layer7 wrong status, code: 503, info: \"Sorry\", check duration: 1ms", as HAProxy
  // ends its log lines.
  [[nodiscard]] std::string to_text() const;
};

}  // namespace wslb::proxy::lb

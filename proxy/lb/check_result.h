// How one health check, or one question to a server's agent, went.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "config/check_status.h"

namespace wslb::proxy::lb {

// "L4OK", "Layer4 check passed": HAProxy's words for it.
[[nodiscard]] std::string_view short_name(config::CheckStatus status);
[[nodiscard]] std::string_view description(config::CheckStatus status);
// Whether an HTTP status belongs to it.
[[nodiscard]] bool has_code(config::CheckStatus status);

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

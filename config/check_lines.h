// What stands behind `http-check` and `tcp-check`. Each function reports its errors and returns
// nothing then. `arguments` are those of the statement.
#pragma once

#include <optional>
#include <string>

#include "config/health_check.h"
#include "config/statement.h"

namespace wslb::config {

[[nodiscard]] std::optional<CheckStep> parse_check_connect(const Statement& statement);
[[nodiscard]] std::optional<CheckStep> parse_check_expect(const Statement& statement,
                                                          HealthCheck::Protocol protocol);
[[nodiscard]] std::optional<CheckStep> parse_http_send(const Statement& statement);
[[nodiscard]] std::optional<CheckStep> parse_tcp_send(const Statement& statement, bool binary);
// `option httpchk`.
[[nodiscard]] std::optional<CheckRequest> parse_httpchk(const Statement& statement);

// "0aFF" as bytes; nothing where it is no row of pairs of hexadecimal digits.
[[nodiscard]] std::optional<std::string> parse_hex(std::string_view text);

}  // namespace wslb::config

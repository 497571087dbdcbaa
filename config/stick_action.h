// Reads the actions of rules that concern stick tables: `track-sc0 SAMPLE [table NAME]`,
// `sc-inc-gpc0(0)`, `sc-inc-gpc(INDEX,0)`, `sc-set-gpt0(0) VALUE`, `sc-set-gpt(INDEX,0) VALUE`.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/http_rule.h"

namespace wslb::config {

[[nodiscard]] bool is_stick_action(std::string_view word);

// `words` begins with such an action. Nothing after an error was reported.
[[nodiscard]] std::optional<ReadRule> parse_stick_action(std::span<const std::string> words,
                                                         const Statement& statement);

}  // namespace wslb::config

// Reads the action of an `http-request` or `http-response` line.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "config/read_file.h"
#include "config/rule.h"
#include "config/statement.h"

namespace wslb::config {

enum class RuleSet : std::uint8_t { Request, Response, Answer };  // Answer: http-after-response

// What a rule takes of its line; the rest begins with `if` or `unless` or is empty.
struct ReadRule {
  HttpRule rule;
  std::span<const std::string> rest;
};

// Nothing after an error was reported.
[[nodiscard]] std::optional<ReadRule> parse_http_rule(std::span<const std::string> words,
                                                      RuleSet set, const Statement& statement,
                                                      const ReadFile& read_file);

// The words behind `redirect`, and those behind `deny`, `tarpit` and `return`.
[[nodiscard]] bool parse_redirect(std::span<const std::string>& words, HttpRule& rule,
                                  const Statement& statement);
[[nodiscard]] bool parse_reply(std::span<const std::string>& words, HttpRule& rule,
                               const Statement& statement, const ReadFile& read_file);

[[nodiscard]] inline bool begins_condition(std::span<const std::string> words) {
  return words.empty() || words[0] == "if" || words[0] == "unless";
}

}  // namespace wslb::config

// The actions of `http-request`, `http-response` and `http-after-response`, and what follows each.
// Used by http_rule.cpp only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/http_rule.h"

namespace wslb::config {

enum class Shape : std::uint8_t {
  Nothing,
  Reply,
  Redirect,
  NameAndValue,
  NameMatch,
  NameRegexValue,
  RegexValue,
  Value,
  Status,
  Service,
  Realm,
  Sample,
  Body,
};

struct ActionRow {
  std::string_view name;
  Action action;
  Shape shape;
  bool of_requests = true;
  bool of_responses = true;
};

// Null after an error was reported.
[[nodiscard]] const ActionRow* find_action(const std::string& name, RuleSet set,
                                           const Statement& statement);

}  // namespace wslb::config

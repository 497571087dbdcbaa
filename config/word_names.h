// The words that may follow a keyword, as the parsers' own tables have them: for the reference,
// which has a line for each. Every parser looks a word up in its table before it does anything, so
// no other word is taken.
#pragma once

#include <string_view>
#include <vector>

#include "config/http_rule.h"

namespace wslb::config {

using WordNames = std::vector<std::string_view>;

[[nodiscard]] WordNames bind_option_names();
[[nodiscard]] WordNames server_option_names();
[[nodiscard]] WordNames http_action_names(RuleSet set);
[[nodiscard]] WordNames stick_action_names();
[[nodiscard]] WordNames tcp_action_names();
[[nodiscard]] WordNames reply_word_names();
[[nodiscard]] WordNames redirect_word_names();
[[nodiscard]] WordNames balance_algorithm_names();
[[nodiscard]] WordNames cookie_word_names();
[[nodiscard]] WordNames stick_table_option_names();
[[nodiscard]] WordNames stick_data_names();
[[nodiscard]] WordNames retry_event_names();
[[nodiscard]] WordNames check_connect_word_names();
[[nodiscard]] WordNames check_expect_word_names();
[[nodiscard]] WordNames converter_names();

}  // namespace wslb::config

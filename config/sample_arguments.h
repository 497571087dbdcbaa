// The arguments in parentheses of a fetch or converter, cut at commas and unquoted; and the
// readers that both tables of names share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace wslb::config {

using SampleArguments = std::vector<std::string>;

// `text` begins behind the '('; what is left of it begins behind the ')'. As in HAProxy quotes
// protect commas and parentheses, and a backslash protects quotes, blanks and itself.
[[nodiscard]] base::Result<SampleArguments> take_arguments(std::string_view& text);

[[nodiscard]] inline std::string quote(std::string_view text) {
  return "'" + std::string(text) + "'";
}

}  // namespace wslb::config

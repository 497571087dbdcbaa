// docs/reference.md: every keyword with its sections, arguments and meaning, made of the tables
// that the parser goes by, so that it cannot say anything else.
#pragma once

#include <string>
#include <vector>

namespace wslb::config {

[[nodiscard]] std::string reference_page();

// Keywords without a meaning and meanings without a keyword, as "SECTION KEYWORD"; for the test.
[[nodiscard]] std::vector<std::string> reference_gaps();

}  // namespace wslb::config

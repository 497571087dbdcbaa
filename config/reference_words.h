// The part of the reference about the words behind keywords: options, actions, algorithms. Made of
// the parsers' tables, as the rest of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wslb::config {

[[nodiscard]] std::string reference_words();

// A cell of a table: a `|` would end it.
[[nodiscard]] std::string reference_cell(std::string_view text);

// Words without a meaning and meanings without a word, as "GROUP WORD"; for the test.
[[nodiscard]] std::vector<std::string> reference_word_gaps();

}  // namespace wslb::config

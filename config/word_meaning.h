// What each word behind a keyword is for, in one line: for the reference. A test asserts that each
// word of the parsers' tables has one, and that none is left over.
#pragma once

#include <span>
#include <string_view>

namespace wslb::config {

struct WordMeaning {
  std::string_view group;  // "bind", "server", "http", ...: see reference_words.cpp
  std::string_view word;
  std::string_view form;  // as it is written, with its value; begins with the word
  std::string_view text;
};

[[nodiscard]] std::span<const WordMeaning> line_word_meanings();  // of bind and server lines
[[nodiscard]] std::span<const WordMeaning> rule_word_meanings();  // of rules and their answers
[[nodiscard]] std::span<const WordMeaning> other_word_meanings();

}  // namespace wslb::config

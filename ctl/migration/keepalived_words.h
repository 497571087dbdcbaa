// Cuts a line of keepalived.conf(5) into words: `#` and `!` begin a comment, quotes keep blanks
// together and go, a backslash inside of them escapes, braces are words of their own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wslb::ctl::migration {

struct Word {
  std::string text;
  bool quoted = false;  // some of it: it is no brace then

  [[nodiscard]] bool is_brace(char brace) const {
    return !quoted && text.size() == 1 && text[0] == brace;
  }
};

[[nodiscard]] std::vector<Word> cut_into_words(std::string_view line);

// The line without its comment, and without blanks at both ends.
[[nodiscard]] std::string_view without_comment(std::string_view line);

}  // namespace wslb::ctl::migration

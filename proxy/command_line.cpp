#include "proxy/command_line.h"

#include <utility>

namespace wslb::proxy {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

// Up to the `;` that ends the command, which it takes off as well.
std::vector<std::string> take_command(std::string_view& rest) {
  std::vector<std::string> words;
  bool in_word = false;
  while (!rest.empty()) {
    char c = rest.front();
    rest.remove_prefix(1);
    if (c == ';') break;
    if (is_blank(c)) {
      in_word = false;
      continue;
    }
    if (c == '\\' && !rest.empty()) {
      c = rest.front();
      rest.remove_prefix(1);
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    words.back() += c;
  }
  return words;
}

}  // namespace

bool CommandWords::begin_with(std::string_view text) const {
  for (const std::string& word : words_) {
    if (!text.starts_with(word)) return false;
    text.remove_prefix(word.size());
    if (text.empty()) return true;
    if (text.front() != ' ') return false;
    text.remove_prefix(1);
  }
  return false;
}

CommandLine parse_command_line(std::string_view line) {
  CommandLine result;
  while (!line.empty()) {
    std::vector<std::string> words = take_command(line);
    if (words.size() > kWordsMax) {
      return {{}, "Too many words, at most " + std::to_string(kWordsMax) + ".\n"};
    }
    if (!words.empty() && words.back() == "<<") {
      return {{}, "No command of this version of wslb takes a payload.\n"};
    }
    result.commands.emplace_back(std::move(words));
    if (result.commands.size() > kCommandsMax) {
      return {{}, "Too many commands, at most " + std::to_string(kCommandsMax) + ".\n"};
    }
  }
  return result;
}

}  // namespace wslb::proxy

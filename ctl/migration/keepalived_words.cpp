#include "ctl/migration/keepalived_words.h"

#include <cstddef>

namespace wslb::ctl::migration {
namespace {

constexpr std::string_view kBlanks = " \t\r";

bool is_blank(char c) {
  return kBlanks.find(c) != std::string_view::npos;
}

// What stands behind a backslash in quotes; the rest of the man page's list is for itself.
char unescaped(char c) {
  if (c == 'n') return '\n';
  if (c == 't') return '\t';
  if (c == 'r') return '\r';
  return c;
}

// Braces at the ends of a word are words, but for those of `${NAME}` and of a list `{a,b}`.
void push_with_braces(Word word, std::vector<Word>& words) {
  if (word.quoted || word.text.find('$') != std::string::npos) {
    words.push_back(std::move(word));
    return;
  }
  while (word.text.size() > 1 && word.text.front() == '}') {
    words.push_back({"}"});
    word.text.erase(0, 1);
  }
  std::vector<Word> after;
  const bool is_list = word.text.front() == '{' && word.text.find(',') != std::string::npos;
  while (!is_list && word.text.size() > 1 && (word.text.back() == '{' || word.text.back() == '}')) {
    after.insert(after.begin(), {std::string(1, word.text.back())});
    word.text.pop_back();
  }
  if (!is_list && word.text.size() > 1 && word.text.front() == '{') {
    words.push_back({"{"});
    word.text.erase(0, 1);
  }
  words.push_back(std::move(word));
  words.insert(words.end(), after.begin(), after.end());
}

}  // namespace

std::string_view without_comment(std::string_view line) {
  char quote = '\0';
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '\\' && quote != '\0') {
      ++i;
    } else if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '#' || c == '!') {
      line = line.substr(0, i);
      break;
    }
  }
  const auto begin = line.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(kBlanks) - begin + 1);
}

std::vector<Word> cut_into_words(std::string_view line) {
  std::vector<Word> words;
  Word word;
  bool inside = false;
  char quote = '\0';
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != '\0' && c == '\\' && i + 1 < line.size()) {
      word.text += unescaped(line[++i]);
    } else if (c == quote && quote != '\0') {
      quote = '\0';
    } else if (quote != '\0') {
      word.text += c;
    } else if (c == '"' || c == '\'') {
      quote = c;
      inside = word.quoted = true;
    } else if (is_blank(c)) {
      if (inside) push_with_braces(std::move(word), words);
      word = {};
      inside = false;
    } else {
      word.text += c;
      inside = true;
    }
  }
  if (inside) push_with_braces(std::move(word), words);
  return words;
}

}  // namespace wslb::ctl::migration

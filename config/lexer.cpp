#include "config/lexer.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace wslb::config {
namespace {

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// One line, a character at a time. A word ends at an unprotected blank; quotes may begin and end
// anywhere within it.
class LineLexer {
 public:
  LineLexer(std::string_view text, const Location& where, const Environment& environment)
      : rest_(text), where_(where), environment_(environment) {}

  base::Result<std::vector<std::string>> words() {
    while (!rest_.empty() && !error_) {
      const char c = take();
      if (quote_ == '\'') {
        single_quoted(c);
      } else if (c == '\\') {
        escape();
      } else if (quote_ == '"') {
        double_quoted(c);
      } else if (c == '#') {
        break;
      } else {
        plain(c);
      }
    }
    if (!error_ && quote_ != '\0') error_ = std::string("the quote ") + quote_ + " is not closed";
    if (error_) return base::Error{*error_};
    end_word();
    return std::move(words_);
  }

 private:
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  void put(char c) {
    word_ += c;
    in_word_ = true;
  }

  void end_word() {
    if (in_word_) words_.push_back(std::exchange(word_, {}));
    in_word_ = false;
  }

  void open(char quote) {
    quote_ = quote;
    in_word_ = true;
  }

  void single_quoted(char c) {
    if (c == '\'') {
      quote_ = '\0';
    } else {
      put(c);
    }
  }

  void double_quoted(char c) {
    if (c == '"') {
      quote_ = '\0';
    } else if (c == '$') {
      variable();
    } else {
      put(c);
    }
  }

  void plain(char c) {
    if (c == ' ' || c == '\t') {
      end_word();
    } else if (c == '\'' || c == '"') {
      open(c);
    } else {
      put(c);
    }
  }

  // After a backslash. An escape without a meaning keeps its backslash, as in HAProxy.
  void escape() {
    const char c = rest_.empty() ? '\0' : take();
    constexpr std::string_view kPlain = " \t\\#'\"";
    if (c == '\0') {
      put('\\');
    } else if (c == 'n') {
      put('\n');
    } else if (c == 'r') {
      put('\r');
    } else if (c == 't') {
      put('\t');
    } else if (c == 'x') {
      hexadecimal();
    } else if (kPlain.find(c) != std::string_view::npos || (c == '$' && quote_ == '"')) {
      put(c);
    } else {
      put('\\');
      put(c);
    }
  }

  void hexadecimal() {
    unsigned value = 0;
    const auto digits = rest_.substr(0, 2);
    const auto* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value, 16);
    if (digits.size() < 2 || stop != end || error != std::errc() || value == 0) {
      error_ = "'\\x' needs two hexadecimal digits that are not 00";
      return;
    }
    put(static_cast<char>(value));
    rest_.remove_prefix(2);
  }

  // After a dollar within double quotes.
  void variable() {
    const bool braced = !rest_.empty() && rest_.front() == '{';
    if (braced) take();
    const bool pseudo = braced && !rest_.empty() && rest_.front() == '.';
    if (pseudo) take();
    const auto name_end = std::ranges::find_if_not(rest_, is_name_character);
    const std::string name(rest_.begin(), name_end);
    rest_.remove_prefix(name.size());
    if (name.empty() || std::isdigit(static_cast<unsigned char>(name.front())) != 0) {
      error_ = "a name of an environment variable must follow '$'; write '\\$' for a dollar";
      return;
    }
    std::optional<std::string> value = pseudo ? pseudo_variable(name) : lookup(name);
    if (!braced) return put_value(value.value_or(""), false);

    const bool as_words = rest_.starts_with("[*]");
    if (as_words) rest_.remove_prefix(3);
    const auto close = rest_.find('}');
    if (close == std::string_view::npos || (close > 0 && rest_.front() != '-')) {
      error_ = "'${" + name + "' is not closed by '}'";
      return;
    }
    if (close > 0 && !value) value = rest_.substr(1, close - 1);
    rest_.remove_prefix(close + 1);
    put_value(value.value_or(""), as_words);
  }

  void put_value(std::string_view value, bool as_words) {
    for (const char c : value) {
      if (as_words && c == ' ') {
        end_word();
      } else {
        put(c);
      }
    }
  }

  [[nodiscard]] std::optional<std::string> lookup(const std::string& name) const {
    const auto found = environment_.find(name);
    if (found == environment_.end()) return std::nullopt;
    return found->second;
  }

  [[nodiscard]] std::optional<std::string> pseudo_variable(const std::string& name) {
    if (name == "FILE") return where_.file;
    if (name == "LINE") return std::to_string(where_.line);
    error_ = "the variable '." + name + "' is not supported by this version of wslb";
    return std::nullopt;
  }

  std::string_view rest_;
  const Location& where_;
  const Environment& environment_;
  char quote_ = '\0';  // the one that is open
  bool in_word_ = false;
  std::string word_;
  std::vector<std::string> words_;
  std::optional<std::string> error_;
};

// An unset variable at the end of a line is an argument left out, as in HAProxy; in the middle it
// would shift the meaning of the rest.
void add_line(Line line, std::vector<Line>& lines, Diagnostics& diagnostics) {
  while (!line.words.empty() && line.words.back().empty()) line.words.pop_back();
  if (line.words.empty()) return;
  const auto empty = std::ranges::find(line.words, "");
  if (empty != line.words.end()) {
    diagnostics.error(line.where, "word " + std::to_string(empty - line.words.begin() + 1) +
                                      " of the line is empty; is a variable not set?");
    return;
  }
  lines.push_back(std::move(line));
}

}  // namespace

std::vector<Line> lex(const Source& source, const Environment& environment,
                      Diagnostics& diagnostics) {
  std::vector<Line> lines;
  if (source.text.find('\0') != std::string::npos) {
    diagnostics.error({source.file, 0}, "is not a text file: it holds a NUL byte");
    return lines;
  }
  Location where{source.file, 0};
  std::string_view rest = source.text;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    std::string_view text = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (text.ends_with('\r')) text.remove_suffix(1);
    ++where.line;
    auto words = LineLexer(text, where, environment).words();
    if (words) {
      add_line({where, std::move(*words)}, lines, diagnostics);
    } else {
      diagnostics.error(where, words.error().message);
    }
  }
  return lines;
}

}  // namespace wslb::config

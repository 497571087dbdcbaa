#include "config/predicate.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <vector>

namespace wslb::config {
namespace {

constexpr auto kFeatures = std::to_array<std::string_view>(
    {"ACCEPT4", "EPOLL", "GETADDRINFO", "OPENSSL", "PCRE2", "THREAD"});
constexpr int kNestingMax = 64;

bool is_space(char c) {
  return c == ' ' || c == '\t';
}

bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

bool is_name_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// "2.5-dev7": its numbers; a development version counts as before the release, so that `2.6-dev9`
// is less than `2.6`.
std::vector<long> version_numbers(std::string_view text) {
  std::vector<long> numbers;
  bool development = false;
  for (std::size_t i = 0; i < text.size();) {
    if (!is_digit(text[i])) {
      development = development || text[i] == '-';
      ++i;
      continue;
    }
    long number = 0;
    for (; i < text.size() && is_digit(text[i]); ++i) {
      number = std::min(number * 10 + (text[i] - '0'), 1'000'000L);
    }
    if (numbers.size() == 2 && development) numbers.push_back(-1);
    numbers.push_back(number);
  }
  while (numbers.size() < 4) numbers.push_back(0);
  return numbers;
}

class PredicateReader {
 public:
  PredicateReader(std::string_view text, const Environment& environment)
      : rest_(text), environment_(environment) {}

  base::Result<bool> read() {
    skip_spaces();
    if (rest_.empty()) return false;
    auto value = any_of(0);
    skip_spaces();
    if (value && !rest_.empty()) return unexpected();
    return value;
  }

 private:
  void skip_spaces() {
    while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
  }

  bool take(std::string_view text) {
    skip_spaces();
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  base::Error unexpected() const {
    return base::Error{"expects a condition, such as version_atleast(2.4), at '" +
                       std::string(rest_) + "'"};
  }

  // Both sides are always read, so that an error in either shows.
  base::Result<bool> any_of(int depth) {
    auto value = all_of(depth);
    while (value && take("||")) {
      const auto other = all_of(depth);
      if (!other) return other.error();
      value = *value || *other;
    }
    return value;
  }

  base::Result<bool> all_of(int depth) {
    auto value = term(depth);
    while (value && take("&&")) {
      const auto other = term(depth);
      if (!other) return other.error();
      value = *value && *other;
    }
    return value;
  }

  base::Result<bool> term(int depth) {
    if (depth > kNestingMax) return base::Error{"the condition is nested too deeply"};
    if (take("!")) {
      const auto value = term(depth + 1);
      if (!value) return value.error();
      return !*value;
    }
    if (take("(")) {
      auto value = any_of(depth + 1);
      if (value && !take(")")) return base::Error{"the condition lacks a ')'"};
      return value;
    }
    const bool negative = rest_.size() > 1 && rest_[0] == '-' && is_digit(rest_[1]);
    if (negative) rest_.remove_prefix(1);  // true all the same
    if (!rest_.empty() && is_digit(rest_.front())) {
      bool value = false;
      for (; !rest_.empty() && is_digit(rest_.front()); rest_.remove_prefix(1)) {
        value = value || rest_.front() != '0';
      }
      return value;
    }
    return predicate();
  }

  base::Result<bool> predicate() {
    const std::size_t open = rest_.find('(');
    if (open == std::string_view::npos) return unexpected();
    const std::string name(rest_.substr(0, open));
    rest_.remove_prefix(open + 1);
    std::vector<std::string> arguments;
    for (bool more = true; more;) {
      auto argument = read_argument();
      if (!argument) return argument.error();
      arguments.push_back(std::move(*argument));
      more = rest_.front() == ',';
      rest_.remove_prefix(1);
    }
    return value_of(name, arguments);
  }

  // Up to the ',' or ')' that ends it, which stays.
  base::Result<std::string> read_argument() {
    std::string argument;
    char quote = 0;
    for (; !rest_.empty(); rest_.remove_prefix(1)) {
      const char c = rest_.front();
      if (quote == 0 && (c == ',' || c == ')')) return argument;
      if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
      } else if (c == quote) {
        quote = 0;
      } else if (c == '$' && quote == '"') {
        argument += variable();
      } else {
        argument += c;
      }
    }
    return base::Error{"the condition lacks a ')'"};
  }

  // "$NAME" or "${NAME}" of the environment; its last character stays for the caller.
  std::string variable() {
    const bool braced = rest_.substr(1).starts_with('{');
    const std::string_view text = rest_.substr(braced ? 2 : 1);
    std::size_t size = 0;
    while (size < text.size() && is_name_char(text[size])) ++size;
    rest_.remove_prefix(size + (braced ? 1 : 0));
    if (braced && rest_.substr(1).starts_with('}')) rest_.remove_prefix(1);
    const auto found = environment_.find(text.substr(0, size));
    return found == environment_.end() ? std::string() : found->second;
  }

  base::Result<bool> value_of(const std::string& name,
                              const std::vector<std::string>& arguments) const {
    const std::size_t expected = name == "streq" || name == "strneq" ? 2 : 1;
    if (arguments.size() != expected) {
      return base::Error{"'" + name + "' takes " + std::to_string(expected) + " argument(s)"};
    }
    const std::string& first = arguments[0];
    if (name == "streq") return first == arguments[1];
    if (name == "strneq") return first != arguments[1];
    if (name == "defined") return environment_.contains(first);
    if (name == "feature") return std::ranges::count(kFeatures, first) > 0;
    const bool atleast = version_numbers(kHaproxyVersion) >= version_numbers(first);
    if (name == "version_atleast") return atleast;
    if (name == "version_before") return !atleast;
    return base::Error{"knows no condition '" + name +
                       "'; there are defined, feature, streq, strneq, version_atleast and "
                       "version_before"};
  }

  std::string_view rest_;
  const Environment& environment_;
};

}  // namespace

std::span<const std::string_view> haproxy_features() {
  return kFeatures;
}

base::Result<bool> evaluate_predicate(std::string_view text, const Environment& environment) {
  return PredicateReader(text, environment).read();
}

}  // namespace wslb::config

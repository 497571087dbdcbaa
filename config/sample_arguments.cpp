#include "config/sample_arguments.h"

#include <optional>
#include <utility>

namespace wslb::config {
namespace {

// The character that a backslash and this one stand for; nothing: the backslash is meant.
std::optional<char> escaped(char c) {
  switch (c) {
    case '\\':
    case ' ':
    case '"':
    case '\'':
      return c;
    case 'r':
      return '\r';
    case 'n':
      return '\n';
    case 't':
      return '\t';
    default:
      return std::nullopt;
  }
}

}  // namespace

base::Result<SampleArguments> take_arguments(std::string_view& text) {
  SampleArguments arguments(1);
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    std::string& argument = arguments.back();
    if (quote == '\0' ? c == '"' || c == '\'' : c == quote) {
      quote = quote == '\0' ? c : '\0';
    } else if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      const auto meant = escaped(text[i + 1]);
      argument += meant.value_or(c);
      if (meant) ++i;
    } else if (c == ',' && quote == '\0') {
      arguments.emplace_back();
    } else if (c == ')' && quote == '\0') {
      text.remove_prefix(i + 1);
      return arguments;
    } else {
      argument += c;
    }
  }
  return base::Error{quote == '\0' ? "lacks a ')'" : "has a quote that does not end"};
}

}  // namespace wslb::config

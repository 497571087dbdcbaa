// Pieces of HTML and SVG. Whatever text goes in, it stays text.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace wslb::view {

[[nodiscard]] inline std::string escape_markup(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '<') {
      result += "&lt;";
    } else if (c == '>') {
      result += "&gt;";
    } else if (c == '&') {
      result += "&amp;";
    } else if (c == '"') {
      result += "&quot;";
    } else if (byte < ' ' || byte >= 127) {
      result += '?';  // names are ASCII; what servers answered may be anything
    } else {
      result += c;
    }
  }
  return result;
}

// A class of the page's style sheet for a state: "good", "bad", "doubtful" or "plain".
[[nodiscard]] std::string_view tone_of(std::string_view state);

// <text> of SVG.
[[nodiscard]] std::string svg_text(int x, int y, std::string_view style, std::string_view text);

}  // namespace wslb::view

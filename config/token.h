// RFC 9110's `token`: what names of header fields and cookies consist of.
#pragma once

#include <algorithm>
#include <string_view>

namespace wslb::config {

[[nodiscard]] inline bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c < 127 &&
           std::string_view("\"(),/:;<=>?@[\\]{}").find(c) == std::string_view::npos;
  });
}

}  // namespace wslb::config

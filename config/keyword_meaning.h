// What each keyword is for, in one line: for the reference. A test asserts that each has one.
#pragma once

#include <span>
#include <string_view>

namespace wslb::config {

struct KeywordMeaning {
  std::string_view section;  // "cluster", "vrrp", "global", ...; "proxy" for all kinds of proxies
  std::string_view keyword;
  std::string_view text;
};

[[nodiscard]] std::span<const KeywordMeaning> section_meanings();
[[nodiscard]] std::span<const KeywordMeaning> proxy_meanings();

// Empty: there is none.
[[nodiscard]] std::string_view meaning_of(std::string_view section, std::string_view keyword);

}  // namespace wslb::config

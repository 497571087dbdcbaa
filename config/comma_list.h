// Cuts "a,b,,c" at its commas: for the lists of addresses and status codes that HAProxy's grammar
// writes as one word. Empty items stay, so that a caller may complain of them.
#pragma once

#include <string_view>
#include <vector>

namespace wslb::config {

[[nodiscard]] inline std::vector<std::string_view> split_at_commas(std::string_view list) {
  std::vector<std::string_view> items;
  while (true) {
    const auto comma = list.find(',');
    items.push_back(list.substr(0, comma));
    if (comma == std::string_view::npos) return items;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace wslb::config

// Walks the elements of a comma-separated field value (RFC 9110, section 5.6.1): trimmed, commas in
// quoted strings do not part. Empty elements are shown, so that a strict reader can refuse them.
#pragma once

#include <cstddef>
#include <string_view>

#include "proxy/http/characters.h"

namespace wslb::proxy::http {

// Calls visit(element) until it returns false; returns whether it never did.
template <typename Visit>
bool for_each_element(std::string_view value, Visit visit) {
  std::size_t begin = 0;
  bool quoted = false;
  for (std::size_t i = 0; i <= value.size(); ++i) {
    if (i < value.size() && quoted && value[i] == '\\') {
      ++i;
      continue;
    }
    if (i < value.size() && value[i] == '"') quoted = !quoted;
    if (i >= value.size() || (value[i] == ',' && !quoted)) {
      const std::size_t end = i < value.size() ? i : value.size();
      if (!visit(trimmed(value.substr(begin, end - begin)))) return false;
      begin = i + 1;
    }
  }
  return true;
}

}  // namespace wslb::proxy::http

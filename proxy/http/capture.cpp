#include "proxy/http/capture.h"

#include <algorithm>

#include "proxy/http/characters.h"

namespace wslb::proxy::http {

Captured capture_headers(const std::vector<config::Capture>& captures, const Fields& fields) {
  Captured captured(captures.size());
  for (std::size_t i = 0; i < captures.size(); ++i) {
    for (const Field& field : fields.all()) {
      if (!equal_ignoring_case(field.name, captures[i].name)) continue;
      captured[i] = field.value.substr(0, captures[i].length);
    }
  }
  return captured;
}

std::string capture_cookie(const config::Capture& capture, const Fields& fields,
                           std::string_view header) {
  for (const Field& field : fields.all()) {
    if (!equal_ignoring_case(field.name, header)) continue;
    for (std::string_view rest = field.value; !rest.empty();) {
      const auto begin = std::min(rest.find_first_not_of("; \t"), rest.size());
      rest.remove_prefix(begin);
      const std::string_view cookie = rest.substr(0, rest.find(';'));
      if (cookie.starts_with(capture.name)) return std::string(cookie.substr(0, capture.length));
      rest.remove_prefix(cookie.size());
      if (header != "Cookie") break;  // what follows are attributes
    }
  }
  return {};
}

}  // namespace wslb::proxy::http

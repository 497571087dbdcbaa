// What one head may cost. A request beyond a limit is answered with 414 or 431, a response with
// 502.
#pragma once

#include <cstddef>

namespace wslb::proxy::http {

struct Limits {
  std::size_t head_bytes = 16 * 1024;          // start line, fields and the empty line
  std::size_t request_line_bytes = 15 * 1024;  // RFC 9112, section 3 wants 8000 at least
  std::size_t fields = 101;                    // HAProxy's default, tune.http.maxhdr
};

}  // namespace wslb::proxy::http

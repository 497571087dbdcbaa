// Text for programs: JSON is UTF-8, whatever a backend, a file or a peer has said.
#pragma once

#include <string>
#include <string_view>

namespace wslb::base {

// Each byte that is no part of a character (RFC 3629) becomes U+FFFD. Used by whoever writes JSON.
[[nodiscard]] std::string valid_utf8(std::string_view text);

}  // namespace wslb::base

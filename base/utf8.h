// Text that others can read: it is UTF-8, whatever a backend, a file or a peer has said.
#pragma once

#include <string>
#include <string_view>

namespace wslb::base {

// Each byte that is no part of a character (RFC 3629) becomes U+FFFD. Used by wslbctl for all that
// it prints, and for the JSON of the status page.
[[nodiscard]] std::string valid_utf8(std::string_view text);

}  // namespace wslb::base

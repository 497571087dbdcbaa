// The syntax of an authority without user information: `uri-host [":" port]` of RFC 9110, section
// 7.2. Used by RequestParser on Host and on absolute-form targets.
#pragma once

#include <string_view>

namespace wslb::proxy::http {

// False for the empty text: whether that is allowed is the caller's question.
bool is_host_and_port(std::string_view text);

}  // namespace wslb::proxy::http

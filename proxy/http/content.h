// What the first bytes of a connection in TCP mode are: HTTP, or a TLS ClientHello (RFC 8446,
// section 4.1.2) and the name it asks for. Strict and bounded by the bytes given.
#pragma once

#include <optional>
#include <string_view>

namespace wslb::proxy::http {

// Whether they begin with a whole and legal request head.
[[nodiscard]] bool is_http(std::string_view content);

// 1 for a ClientHello, 2 for a ServerHello; nothing before the hello's first bytes are there.
[[nodiscard]] std::optional<int> hello_type(std::string_view content);

// Nothing before the whole hello is there, or where it names nobody.
[[nodiscard]] std::optional<std::string_view> client_hello_sni(std::string_view content);

}  // namespace wslb::proxy::http

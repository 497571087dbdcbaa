// Base64 (RFC 4648, sections 4 and 5), hexadecimal and percent-encoding, for converters.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wslb::proxy::http {

[[nodiscard]] std::string base64_encode(std::string_view text);
[[nodiscard]] std::string base64url_encode(std::string_view text);  // without padding
// Nothing for what is no such encoding.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

[[nodiscard]] std::string hex_encode(std::string_view text);  // in upper case

// For log lines: control and other characters than ASCII and those of `also` become #XX.
[[nodiscard]] std::string log_encode(std::string_view text, std::string_view also);

[[nodiscard]] std::string url_encode(std::string_view text);
// A '+' means a blank in a form and behind a '?'. Nothing where a '%' lacks its two digits.
[[nodiscard]] std::optional<std::string> url_decode(std::string_view text, bool form);

}  // namespace wslb::proxy::http

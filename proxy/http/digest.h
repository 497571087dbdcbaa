// Digests and the forms of bytes, for converters. All from OpenSSL.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace wslb::proxy::http {

// Bytes. Nothing for an algorithm that OpenSSL has not.
[[nodiscard]] std::optional<std::string> digest(const std::string& algorithm,
                                                std::string_view text);
[[nodiscard]] std::optional<std::string> hmac(const std::string& algorithm, std::string_view key,
                                              std::string_view text);

// Chunks of `size` bytes, parted by `separator`, in hexadecimal or as numbers; a last one that is
// shorter is left out if `truncates`. `size` 0: all bytes one after the other.
struct Chunks {
  std::string_view separator;
  std::size_t size = 0;
  bool truncates = false;
};
[[nodiscard]] std::string bytes_to_hex(std::string_view bytes, const Chunks& chunks);
[[nodiscard]] std::string bytes_to_decimal(std::string_view bytes, const Chunks& chunks);

}  // namespace wslb::proxy::http

// The two protocol versions that are spoken.
#pragma once

#include <cstdint>
#include <string_view>

namespace wslb::proxy::http {

enum class Version : std::uint8_t { Http10, Http11 };

constexpr std::string_view text_of(Version version) {
  return version == Version::Http10 ? "HTTP/1.0" : "HTTP/1.1";
}

}  // namespace wslb::proxy::http

// `name=value` as it stands in Cookie and Set-Cookie (RFC 6265, sections 4.1 and 4.2), with blanks
// around both tolerated. Used by cookie.cpp and cookie_answer.cpp only.
#pragma once

#include <string_view>

#include "proxy/http/characters.h"

namespace wslb::proxy::http {

// Parts a server's name from the application's value in prefix mode.
inline constexpr char kPrefixMark = '~';
// Parts it from the dates of `maxidle` and `maxlife`.
inline constexpr char kDateMark = '|';

struct CookiePair {
  std::string_view name;  // empty where there is no '='
  std::string_view value;

  // `text` holds no ';'.
  static constexpr CookiePair parse(std::string_view text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) return {{}, trimmed(text)};
    return {trimmed(text.substr(0, equals)), trimmed(text.substr(equals + 1))};
  }
};

}  // namespace wslb::proxy::http

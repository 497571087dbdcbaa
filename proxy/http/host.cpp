#include "proxy/http/host.h"

#include "base/ip_address.h"
#include "proxy/http/characters.h"

namespace wslb::proxy::http {

namespace {

bool is_port(std::string_view text) {
  if (!all(kDigit, text) || text.size() > 5) return false;
  unsigned port = 0;
  for (const char c : text) port = port * 10 + static_cast<unsigned>(c - '0');
  return port <= 65535;  // the empty port is legal (RFC 3986, section 3.2.3)
}

bool is_reg_name(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is(kHostChar, text[i])) continue;
    const bool encoded = text[i] == '%' && i + 2 < text.size() && is(kHexDigit, text[i + 1]) &&
                         is(kHexDigit, text[i + 2]);
    if (!encoded) return false;
    i += 2;
  }
  return !text.empty();
}

bool is_ip_literal(std::string_view text) {
  const auto address = base::IpAddress::parse(text);
  return address && !address->is_v4();
}

}  // namespace

bool is_host_and_port(std::string_view text) {
  std::size_t host_end = text.find(':');
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos || !is_ip_literal(text.substr(1, bracket - 1))) {
      return false;
    }
    host_end = bracket + 1;
  } else if (!is_reg_name(text.substr(0, host_end))) {
    return false;
  }
  if (host_end >= text.size()) return true;
  return text[host_end] == ':' && is_port(text.substr(host_end + 1));
}

}  // namespace wslb::proxy::http

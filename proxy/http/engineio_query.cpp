#include "proxy/http/engineio_query.h"

#include <algorithm>

#include "proxy/http/encoding.h"

namespace wslb::proxy::http {
namespace {

// The first parameter of that name, undecoded.
std::optional<std::string_view> find_parameter(std::string_view target, std::string_view name) {
  const std::size_t mark = target.find('?');
  if (mark == std::string_view::npos) return std::nullopt;
  std::string_view rest = target.substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    if (!pair.starts_with(name)) continue;
    if (pair.size() == name.size()) return std::string_view();
    if (pair[name.size()] == '=') return pair.substr(name.size() + 1);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> engineio_sid(std::string_view target) {
  const auto text = find_parameter(target, "sid");
  if (!text || text->empty() || text->size() > 3 * kEngineIoSidBytesMax) return std::nullopt;
  auto sid = url_decode(*text, true);
  if (!sid || sid->size() > kEngineIoSidBytesMax) return std::nullopt;
  return sid;
}

bool opens_engineio(std::string_view target) {
  if (!find_parameter(target, "EIO") || find_parameter(target, "sid")) return false;
  const auto transport = find_parameter(target, "transport");
  return transport == "polling" || transport == "websocket";
}

}  // namespace wslb::proxy::http

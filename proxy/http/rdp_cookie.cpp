#include "proxy/http/rdp_cookie.h"

#include <array>
#include <charconv>

#include "proxy/http/characters.h"

namespace wslb::proxy::http {
namespace {

// A number and the dot behind it.
template <typename T>
std::optional<T> take_number(std::string_view& text) {
  T number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop == end || *stop != '.') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()) + 1);
  return number;
}

}  // namespace

std::optional<std::string_view> rdp_cookie(std::string_view content, std::string_view name) {
  constexpr std::size_t kFraming = 11;
  constexpr std::string_view kField = "Cookie:";
  if (content.size() <= kFraming + kField.size()) return std::nullopt;
  content.remove_prefix(kFraming);
  if (!equal_ignoring_case(content.substr(0, kField.size()), kField)) return std::nullopt;
  content.remove_prefix(kField.size());
  while (content.starts_with(' ')) content.remove_prefix(1);
  const std::size_t end = content.find('\r');
  if (end == std::string_view::npos || content.substr(end + 1, 1) != "\n") return std::nullopt;
  const std::string_view line = content.substr(0, end);
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  if (!name.empty() && !equal_ignoring_case(line.substr(0, equals), name)) return std::nullopt;
  return line.substr(equals + 1);
}

// Both numbers are those of the bytes in the order of the wire, read on a machine that has the
// lowest byte first.
std::optional<base::Endpoint> rdp_server(std::string_view value) {
  const auto address = take_number<std::uint32_t>(value);
  if (!address) return std::nullopt;
  const auto port = take_number<std::uint16_t>(value);
  if (!port) return std::nullopt;
  std::string text;
  for (unsigned shift = 0; shift < 32; shift += 8) {
    text += (shift == 0 ? "" : ".") + std::to_string(*address >> shift & 0xffU);
  }
  const auto swapped = static_cast<std::uint16_t>(*port >> 8U | *port << 8U);
  return base::Endpoint{*base::IpAddress::parse(text), swapped};
}

}  // namespace wslb::proxy::http

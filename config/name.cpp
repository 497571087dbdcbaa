#include "config/name.h"

#include <algorithm>
#include <cctype>

namespace wslb::config {

std::optional<std::string> name_error(std::string_view name) {
  const auto bad = std::ranges::find_if_not(name, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("-_.:").find(c) != std::string_view::npos;
  });
  if (bad == name.end()) return std::nullopt;
  return std::string("may not hold the character '") + *bad + "'; use letters, digits, '-_.:'";
}

bool is_interface_name(std::string_view name) {
  constexpr std::size_t kLengthMax = 15;
  if (name.empty() || name.size() > kLengthMax || name == "." || name == "..") return false;
  return std::ranges::none_of(name, [](char c) {
    return c == '/' || c == ':' || std::isspace(static_cast<unsigned char>(c)) != 0;
  });
}

}  // namespace wslb::config

// What may name a node, a section, a server, an interface.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wslb::config {

// HAProxy's rule for names, and ours: letters, digits and `-_.:`. The error is a fragment such as
// "may not hold the character '/'", nothing where the name is right.
[[nodiscard]] std::optional<std::string> name_error(std::string_view name);

// Linux's rule: 1 to 15 characters, no blank, no slash or colon, neither "." nor "..".
[[nodiscard]] bool is_interface_name(std::string_view name);

}  // namespace wslb::config

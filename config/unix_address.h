// `unix@PATH`, `/PATH` and `abns@NAME`: sockets of this host, in place of ADDRESS:PORT.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wslb::config {

struct UnixAddress {
  std::string path;
  bool abstract = false;
  std::optional<std::string> complaint;  // begins with "expects"
};

// Nothing: it is no such address.
[[nodiscard]] inline std::optional<UnixAddress> parse_unix_address(std::string_view text) {
  constexpr std::size_t kPathMax = 103;  // the kernel's 107, less what HAProxy keeps for renaming
  UnixAddress address;
  address.abstract = text.starts_with("abns@");
  if (!address.abstract && !text.starts_with("unix@") && !text.starts_with('/')) {
    return std::nullopt;
  }
  address.path = text.starts_with('/') ? text : text.substr(5);
  if (address.path.empty() || address.path.size() > kPathMax) {
    address.complaint = "expects a path of 1 to 103 characters, not '" + address.path + "'";
  }
  return address;
}

}  // namespace wslb::config

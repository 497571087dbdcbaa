// A network such as 10.0.0.0/8 or 2001:db8::/32; an address alone is one of its own.
#pragma once

#include <optional>
#include <string_view>

#include "base/ip_address.h"

namespace wslb::base {

class IpNetwork {
 public:
  IpNetwork() = default;  // 0.0.0.0/32

  static std::optional<IpNetwork> parse(std::string_view text);

  [[nodiscard]] bool contains(const IpAddress& address) const;

 private:
  IpAddress address_;
  unsigned bits_ = 32;
};

}  // namespace wslb::base

// The keys that sign and verify adverts, read from the cluster's secret file. The secrets in the
// file are not used as they are: HKDF-SHA256 derives a key for one purpose each, so that whoever
// learns it has not learnt the keys of the agents' other conversations.
// Reading the file is the shell's work; Node gets the keys.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace wslb::vrrp {

using AuthKey = std::array<std::uint8_t, 32>;

struct NumberedKey {
  std::uint8_t id = 1;  // 1 .. 255
  AuthKey key{};

  bool operator==(const NumberedKey&) const = default;
};

// The first signs, all of them verify, which is how keys are rotated.
using Keyring = std::vector<NumberedKey>;

inline constexpr std::string_view advert_purpose = "wslb vrrp auth hmac 1";

// The secret file: one line for each key, "[ID] BASE64" of 32 bytes; without an id it is 1. Empty
// lines and lines that begin with '#' do not count. The error is a clause without the file's name:
// "line 2: ...". The keys are derived for `purpose`.
[[nodiscard]] base::Result<Keyring> parse_secret(std::string_view text,
                                                 std::string_view purpose = advert_purpose);

}  // namespace wslb::vrrp

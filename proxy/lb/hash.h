// The hash functions of `hash-type`, equal to HAProxy 2.6's bit for bit, so that a key leads to
// the same server. Sessions turn their key into a number here and give it to Backend::assign().
#pragma once

#include <cstdint>
#include <string_view>

#include "base/ip_address.h"
#include "config/balance.h"

namespace wslb::proxy::lb {

[[nodiscard]] std::uint32_t hash_key(const config::HashType& type, std::string_view key);

// `balance source`: no function but the exclusive-or of the address's 32-bit words.
[[nodiscard]] std::uint32_t hash_address(const config::HashType& type,
                                         const base::IpAddress& address);

// Spreads each bit of the input over all of the output; also places servers on the ring.
[[nodiscard]] std::uint32_t avalanche(std::uint32_t value);

}  // namespace wslb::proxy::lb

// The authentication trailer of an advert: 28 bytes behind the VRRP message, in the wire form of
// draft-cassen-vrrp-auth-hmac: type 1, key id, two zero bytes, a 64-bit sequence number (seconds,
// 1/65536 seconds and a counter), and HMAC-SHA256 cut to 128 bits. It covers the message with its
// checksum read as zero, the trailer, and a pseudo-header of family, version, VRID and source: so
// neither another sender nor another virtual router can use a recorded one.
// Sequence numbers grow for ever; who sends and who accepts which is agent/core's business.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/ip_address.h"
#include "base/result.h"
#include "vrrp/keyring.h"

namespace wslb::vrrp {

inline constexpr std::size_t auth_trailer_bytes = 28;

// What a trailer binds its message to.
struct AuthContext {
  std::uint8_t version = 3;
  std::uint8_t vrid = 0;
  base::IpAddress source;
};

// Appends the trailer to a message that encode() made. IPv6's checksum covers the trailer as well
// and is brought up to date for `destination`.
void sign(base::Bytes& message, const NumberedKey& key, std::uint64_t sequence,
          const AuthContext& context, const base::IpAddress& destination);

enum class AuthError : std::uint8_t {
  Malformed,   // not of type 1, or with reserved bytes
  UnknownKey,  // of an id that the keyring has not
  Forged,      // the HMAC is wrong
};

// The sequence number of the trailer in the last 28 bytes of `packet`, if it is authentic.
[[nodiscard]] base::Result<std::uint64_t, AuthError> verify(base::ByteView packet,
                                                            const Keyring& keys,
                                                            const AuthContext& context);

}  // namespace wslb::vrrp

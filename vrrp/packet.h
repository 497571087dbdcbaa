// The VRRP packet: bytes to Advert and back, for version 3 (RFC 9568) over IPv4 and IPv6 and for
// version 2 (RFC 3768) over IPv4. Decoding makes every receive check of RFC 9568, section 7.1, that
// needs no state and names the one that failed, so that the caller can count by reason.
// The caller hands in exactly what the IP header's total length covers: Ethernet padding is cut off
// before, anything else beyond the message is an error.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/ip_address.h"
#include "base/result.h"
#include "base/time.h"
#include "vrrp/checksum.h"

namespace wslb::vrrp {

inline constexpr std::uint8_t ip_ttl = 255;  // sent, and required of multicast (section 5.1.1.3)

// The two priorities with a meaning of their own (RFC 9568, section 5.2.4).
inline constexpr std::uint8_t priority_resign = 0;   // the active router gives up now
inline constexpr std::uint8_t priority_owner = 255;  // the VIP is the router's own address

// An ADVERTISEMENT, the one type of packet there is.
struct Advert {
  std::uint8_t version = 3;   // 2 or 3
  std::uint8_t vrid = 0;      // 1 .. 255
  std::uint8_t priority = 0;  // 0 .. 255
  base::Duration interval{};  // version 3: 10 ms .. 40.95 s in steps of 10 ms; 2: 1 .. 255 s
  std::vector<base::IpAddress> addresses;  // at least one, all of the family it travels in

  bool operator==(const Advert&) const = default;
};

// One value for each receive check.
enum class DecodeError : std::uint8_t {
  Ttl,            // TTL or hop limit is not 255: it came through a router
  Truncated,      // shorter than its header
  Version,        // not the version of this virtual router
  Type,           // not an ADVERTISEMENT
  Vrid,           // of another virtual router, which is no error of the sender
  NoAddresses,    // count of addresses 0
  Length,         // not as long as its count of addresses says
  Authenticated,  // version 2 with an authentication type, which RFC 3768 removed
  Checksum,       // none of the accepted forms
  Interval,       // 0, or in version 2 not this virtual router's (RFC 3768, section 7.1)
};
inline constexpr std::size_t decode_error_count = 10;

// A short name for counters: "ttl", "truncated", ...
[[nodiscard]] std::string_view to_string(DecodeError error);

struct ReceivedPacket {
  base::ByteView payload;  // of the IP packet
  base::IpAddress source;
  base::IpAddress destination;
  std::uint8_t ttl = 0;  // or hop limit
};

// What a virtual router takes.
struct Expectation {
  std::uint8_t version = 3;
  std::uint8_t vrid = 0;
  base::Duration interval{};  // compared in version 2 only
  bool check_ttl = true;      // false for unicast, which may be routed
  bool may_be_signed =
      false;  // an authentication trailer may follow the message; not verified here
};

struct Decoded {
  Advert advert;
  ChecksumForm checksum = ChecksumForm::PseudoHeader;  // the form that fitted
  bool is_signed = false;                              // a trailer follows the message
};

[[nodiscard]] base::Result<Decoded, DecodeError> decode(const ReceivedPacket& packet,
                                                        const Expectation& expected);

// `form` matters for version 3 over IPv4 only. An Advert outside the ranges above is a programmer
// error.
[[nodiscard]] base::Bytes encode(const Advert& advert, const base::IpAddress& source,
                                 const base::IpAddress& destination, ChecksumForm form);

}  // namespace wslb::vrrp

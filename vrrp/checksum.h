// What a VRRP checksum covers, which depends on the version, the family and on whom one asks. Used
// by the packet's codec and by the authentication trailer, which lies under IPv6's checksum.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/ip_address.h"

namespace wslb::vrrp {

// What a version 3 checksum over IPv4 covers. RFC 5798 and Keepalived hash a pseudo-header with the
// packet's destination, old Keepalived and FRR one with the group even where they send elsewhere,
// RFC 9568 (section 5.2.8) the message alone. Receivers accept all three; IPv6 has only the first,
// version 2 only the last.
enum class ChecksumForm : std::uint8_t { PseudoHeader, GroupPseudoHeader, MessageOnly };

inline constexpr std::uint8_t ip_protocol = 112;
inline constexpr std::size_t checksum_offset = 6;  // in the message

// 224.0.0.18 or ff02::12 (RFC 9568, section 5.1).
[[nodiscard]] base::IpAddress multicast_group(base::Family family);

// The forms that a receiver accepts, the likeliest first.
[[nodiscard]] std::vector<ChecksumForm> accepted_forms(std::uint8_t version, base::Family family);

// For the field, in host order. 0 over a message that holds a right checksum.
[[nodiscard]] std::uint16_t checksum(base::ByteView message, const base::IpAddress& source,
                                     const base::IpAddress& destination, ChecksumForm form);

}  // namespace wslb::vrrp

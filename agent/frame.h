// Ethernet frames that the agent composes byte by byte, because the kernel would not send them so:
// announcements of a VIP, questions for it, and adverts from the virtual router's own MAC address.
// Pure; used by Announcer and SectionPort.
#pragma once

#include "agent/interface.h"
#include "base/bytes.h"
#include "base/ip_address.h"

namespace wslb::agent {

// Tells switches and neighbours that the VIP is at `mac` now. IPv4: an ARP request whose sender and
// target are the VIP, as Keepalived sends it, since some hosts ignore the reply form (RFC 9568,
// section 8.1.2). IPv6: an unsolicited neighbour advertisement (RFC 4861, section 7.2.6) with the
// override flag. Its router flag is not set: this host serves on the VIP, and routes nothing.
[[nodiscard]] base::Bytes announcement(const Mac& mac, const base::IpAddress& vip);

// Asks who has the VIP without teaching anybody anything: an ARP probe (RFC 5227) or a neighbour
// solicitation from the unspecified address.
[[nodiscard]] base::Bytes question(const Mac& mac, const base::IpAddress& vip);

// `payload` as IP protocol 112 with TTL 255 to a multicast group.
[[nodiscard]] base::Bytes multicast_advert(const Mac& mac, const base::IpAddress& source,
                                           const base::IpAddress& group, base::ByteView payload);

}  // namespace wslb::agent

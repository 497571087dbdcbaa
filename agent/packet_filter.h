// Programs for the kernel's packet filter (classic BPF, SO_ATTACH_FILTER): they drop packets before
// the agent wakes up for them, so that somebody else's flood costs no advert its time. Used by
// VrrpSocket and ClaimWatch.
#pragma once

#include <span>
#include <vector>

#include <linux/filter.h>

#include "agent/interface.h"
#include "base/ip_address.h"
#include "base/result.h"

namespace wslb::agent {

using PacketFilter = std::vector<sock_filter>;

// For a raw socket of protocol 112: drops what names another VRID. What is too short to name one
// passes, since the core counts it.
[[nodiscard]] PacketFilter own_vrid_filter(base::Family family, std::uint8_t vrid);

// For a packet socket with Ethernet headers: passes ARP packets whose sender address is one of
// `vips`, for IPv6 neighbour advertisements whose target is one; in both cases from other MACs than
// `own`. `vips`: all of one family, at least one.
[[nodiscard]] PacketFilter foreign_claim_filter(std::span<const base::IpAddress> vips,
                                                std::span<const Mac> own);

[[nodiscard]] bool attach(int socket, const PacketFilter& filter);

}  // namespace wslb::agent

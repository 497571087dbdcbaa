// What a Node is told: one struct for each thing that happens. Sections are named by their index in
// config::Config::vrrps.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/ip_address.h"
#include "base/time.h"
#include "config/vrrp_section.h"

namespace wslb::agent::core {

// A section whose VIPs a killed agent had left on this host, and which are still there.
struct Inherited {
  std::size_t section = 0;
  base::TimePoint last_advert;  // when that agent sent its last one
};

// Begin. Before it the node records links and the proxy, and does nothing.
struct Start {
  // Where the sequence numbers of signed adverts begin, in seconds: the time of day, but more than
  // an earlier agent of this node used.
  std::uint32_t sequence_seconds = 0;
  // Sections whose VIPs a killed agent had left on this host, and which were removed just now:
  // nobody answers for them, and the peers still think that this node does.
  std::vector<std::size_t> vacated{};
  // Sections to go on with, if no peer can have taken over since the last advert; else the node
  // has their VIPs removed.
  std::vector<Inherited> inherited{};
  // The proxy that served while they were active, alive still; 0: none. It and the tracked checks
  // count as good until they report, for a second at most (longer where checks are slow).
  std::int32_t proxy_pid = 0;
  bool drained = false;  // as it was when an earlier agent ended
};

// End cleanly. The node gives everything up and ignores all that comes later.
struct Stop {};

// An interface as it is now. Told once for each interface of the configuration at the start, there
// or not, and then on every change.
struct LinkChanged {
  std::string interface;
  bool exists = false;
  bool up = false;  // administratively up and with a carrier
  // Source of the adverts: this node's address of the `cluster` section if the interface has it,
  // else the interface's first address that no `vip` line names; nullopt: none.
  std::optional<base::IpAddress> primary_v4;
  // IPv6 advertises from the link-local address; nullopt also while it is tentative.
  std::optional<base::IpAddress> link_local_v6;
  // This node's IPv6 address of the `cluster` section, if the interface has it: for unicast.
  std::optional<base::IpAddress> own_v6{};
  std::array<std::uint8_t, 6> mac{};
};

// A packet of IP protocol 112 on the section's interface. `payload` is exactly what the IP header's
// total length covers, without the IP header. The same packet goes to every section of the
// interface: each takes what is its own.
struct PacketReceived {
  std::size_t section = 0;
  base::IpAddress source;
  base::IpAddress destination;
  std::uint8_t ttl = 0;  // or hop limit
  base::Bytes payload;
};

// A peer's agent said, on the link between the agents, what it advertised a moment ago. The second
// opinion on a router that falls silent (Section::receive).
struct PeerAdvert {
  std::size_t section = 0;
  std::string node;  // who said so
  std::uint8_t priority = 0;
  base::Duration interval{};
  base::IpAddress source;  // of the advert
};

// The proxy became ready, or was lost: dead, or silent until it is ready again. Told only when it
// happens: before the first time the node waits in `init`.
struct ProxyChanged {
  bool up = false;
  std::int32_t pid = 0;  // 0: none
  std::string reason;    // when down: "process 4711 died", one clause for the operator
  // When down: its process is dead, and its connections are kept for the next one.
  bool kept = false;
};

// The answer to EndKept: it has been done.
struct KeptEnded {};

// What `track file` and `track check` found: told once for each before Start (checks: when the
// first result is there) and then on every change.
struct TrackChanged {
  std::string what;    // "file PATH" or "check URL"
  bool up = false;     // down: the sections that track it are in fault
  std::string reason;  // when down: one clause for the operator
};

// An ARP packet or neighbour advertisement on the section's interface in which another host says
// that it has one of the section's VIPs.
struct AddressClaimed {
  std::size_t section = 0;
  base::IpAddress vip;
  std::array<std::uint8_t, 6> mac{};  // whose
};

// How AddVips went for one address. An address that was there already counts as added.
struct AddressResult {
  std::size_t section = 0;
  config::Vip vip;
  std::string error;  // empty: added
};

// An address that AddVips had added is gone, and it was not RemoveVips that took it.
struct AddressLost {
  std::size_t section = 0;
  config::Vip vip;
};

// `wslbctl failover [VRRP] [--to NODE]`. Answered by exactly one CommandResult among the effects.
struct Failover {
  std::string vrrp;  // name of the section; empty: all
  std::string to;    // name of the node that shall be active; empty: any other than now
  std::vector<std::string> drained{};  // other nodes that say that they are
};

// `wslbctl drain` and `undrain`: whether this node stands back. Answered like Failover.
struct Drain {
  bool on = false;
};

using Input =
    std::variant<Start, Stop, LinkChanged, PacketReceived, PeerAdvert, ProxyChanged, KeptEnded,
                 TrackChanged, AddressClaimed, AddressResult, AddressLost, Failover, Drain>;

}  // namespace wslb::agent::core

// What a Node wants done: one struct for each thing the shell can do. Effects are carried out in
// the order they come in; the order is the take-over's and the hand-over's safety.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agent/core/status.h"
#include "base/bytes.h"
#include "base/ip_address.h"

namespace wslb::agent::core {

// Send `payload` as IP protocol 112, TTL 255, TOS 0xc0, out of the section's interface. One effect
// for each destination, since a checksum may cover the destination. A send error is not reported
// back: the next advert is the retry, and the shell tells the operator.
struct SendAdvert {
  std::size_t section = 0;
  base::IpAddress source;
  base::IpAddress destination;  // the multicast group or a unicast peer
  base::Bytes payload;
  std::uint8_t priority = 0;  // 0: resigns
};

// Say the same to the peers' agents, on the links to them.
struct TellPeers {
  std::size_t section = 0;
  base::IpAddress source;
  std::uint8_t priority = 0;
};

// Add every VIP of the section to its interface and renew its lease from now on. Each address is
// answered by an AddressResult input.
struct AddVips {
  std::size_t section = 0;
};

// Stop renewing and remove every VIP of the section, whether it is there or not.
struct RemoveVips {
  std::size_t section = 0;
};

// Send `count` gratuitous ARP requests (neighbour advertisements for IPv6) for each VIP of the
// section, one right after the other. The node itself schedules the repeats.
struct Announce {
  std::size_t section = 0;
  int count = 1;
};

// Ask who else has a VIP of the section: an ARP probe for each (a neighbour solicitation for IPv6).
// Whoever answers shows up as AddressClaimed.
struct ProbeVips {
  std::size_t section = 0;
};

// End the connections that were kept for a dead proxy's successor, so that their clients learn it.
// Answered by KeptEnded. The VIPs stay until then, for a moment at most: the end of a connection
// leaves from the connection's own address.
struct EndKept {};

enum class EventKind : std::uint8_t { VrrpState, Proxy, Interface, Vip, Command, Track, Alarm };

// "vrrp-state", "proxy", "interface", "vip", "command", "track" or "alarm", as wslbctl events shows
// it.
[[nodiscard]] std::string_view to_string(EventKind kind);

// Tell the operator: into the log and to `wslbctl events`.
struct Emit {
  EventKind kind = EventKind::VrrpState;
  std::string subject;  // name of the vrrp section or interface; "proxy"
  std::string text;     // one line
  // Where a section changed its state: the old and the new one, and the section, for its `notify`.
  struct Change {
    std::size_t section = 0;
    SectionState from = SectionState::Init;
    SectionState to = SectionState::Init;
    std::uint8_t priority = 0;
  };
  std::optional<Change> change = std::nullopt;
  // Something is wrong, and somebody should look: a warning in the log. A fault is one anyway.
  bool wrong = false;
};

// The answer to a Failover or Drain. Accepted: it has been done as far as this node can, with one
// line for each section; the events tell how it went on. Refused: nothing was done, and the one
// line says why.
struct CommandResult {
  bool accepted = false;
  std::vector<std::string> lines;
};

using Effect = std::variant<SendAdvert, TellPeers, AddVips, RemoveVips, Announce, ProbeVips,
                            EndKept, Emit, CommandResult>;
using Effects = std::vector<Effect>;

}  // namespace wslb::agent::core

// The `vrrp` section: one virtual router (RFC 9568), its addresses and how it elects.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.h"
#include "base/time.h"
#include "config/cluster.h"
#include "config/diagnostic.h"

namespace wslb::config {

// `vip ADDRESS[/PREFIX]`: prefix 1 .. 32 or 1 .. 128; without one it is 32 or 128.
struct Vip {
  base::IpAddress address;
  std::uint8_t prefix = 32;

  auto operator<=>(const Vip&) const = default;
};

enum class Transport : std::uint8_t { Multicast, Unicast };

// `preempt off | on | after DURATION`: whether a router that has a higher priority than the active
// one takes over from it, and how long it must have been fit before.
struct Preempt {
  bool enabled = false;
  base::Duration after{0};
};

// `checksum auto | rfc9568 | rfc5798`, of version 3 over IPv4: whether it covers the message alone
// (RFC 9568), or a pseudo-header too (RFC 5798, and Keepalived's and FRR's default). `auto` begins
// with the latter and then uses what the peer was heard to use.
enum class ChecksumRule : std::uint8_t { Auto, Rfc9568, Rfc5798 };

// `auth hmac [enforce | permissive | receive-only]` or `auth none` (draft-cassen-vrrp-auth-hmac).
// Default: enforce if the cluster has a secret and the version is 3, else none.
enum class Auth : std::uint8_t {
  None,
  ReceiveOnly,  // verifies adverts that are signed, signs none: the first step of an introduction
  Permissive,   // signs, and takes adverts that are not: the second
  Enforce,      // takes signed adverts only
};

struct VrrpSection {
  struct NodePriority {
    std::string node;
    // 1 .. 255. 255 takes over at once when it starts, whatever `preempt` says (RFC 9568, section
    // 6.4.1; there it is the owner's of the address).
    std::uint8_t priority = 0;
  };

  std::string name;
  std::string interface;
  std::uint8_t vrid = 0;  // 1 .. 255
  std::vector<Vip> vips;  // at least one, all of one family
  std::vector<NodePriority> priorities;
  // 1 .. 4095, or whole seconds up to 255 s in version 2; RFC 9568's default of one second.
  base::Centiseconds advert{100};
  std::uint8_t version = 3;  // 2 or 3
  Transport transport = Transport::Multicast;
  std::vector<base::IpAddress> unicast_peers;  // besides the cluster's nodes
  Preempt preempt;
  // The kernel drops a VIP that the agent stopped renewing for so long; nullopt: `lease off`.
  // Whole seconds, since the kernel counts an address's lifetime in them.
  std::optional<base::Duration> lease = std::chrono::seconds(1);
  std::string group;                          // empty: none
  std::vector<std::string> track_interfaces;  // besides `interface`
  // `track file PATH`: in fault while the file exists and does not hold just `0`.
  std::vector<std::string> track_files;
  std::vector<UrlCheck> track_checks;  // `track check URL [...]`: in fault while it is down
  ChecksumRule checksum = ChecksumRule::Auto;
  Auth auth = Auth::None;
  // `use-vmac`: the VIPs live on a macvlan with the virtual router's own MAC address
  // (00-00-5E-00-01-VRID, with IPv6 -02-VRID; RFC 9568, section 7.3), so that neighbours need not
  // learn a new one.
  bool use_vmac = false;
  // `start-delay`: so long after the start and after each return of the interface it waits in
  // `init` for another router's advert before it joins the election: a switch port with spanning
  // tree does not forward at first.
  base::Duration start_delay{0};
  // `notify PROGRAM [ARGUMENT...]`: run on each change of state; empty: none.
  std::vector<std::string> notify;
  Location where;

  // What `priority NODE N` says, else 200 for the cluster's first node and one less for each next.
  [[nodiscard]] std::uint8_t priority_of(std::string_view node, const Cluster& cluster) const;
};

}  // namespace wslb::config

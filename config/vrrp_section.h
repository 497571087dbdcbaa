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

struct VrrpSection {
  struct NodePriority {
    std::string node;
    std::uint8_t priority = 0;  // 1 .. 254; 255 would be an owner's (RFC 9568, section 5.2.4)
  };

  std::string name;
  std::string interface;
  std::uint8_t vrid = 0;  // 1 .. 255
  std::vector<Vip> vips;  // at least one, all of one family
  std::vector<NodePriority> priorities;
  base::Centiseconds advert{100};  // 1 .. 4095; RFC 9568's default of one second
  std::uint8_t version = 3;        // 2 or 3
  Transport transport = Transport::Multicast;
  std::vector<base::IpAddress> unicast_peers;  // besides the cluster's nodes
  Preempt preempt;
  // The kernel drops a VIP that the agent stopped renewing for so long; nullopt: `lease off`.
  // Whole seconds, since the kernel counts an address's lifetime in them.
  std::optional<base::Duration> lease = std::chrono::seconds(1);
  std::string group;                          // empty: none
  std::vector<std::string> track_interfaces;  // besides `interface`
  Location where;

  // What `priority NODE N` says, else 200 for the cluster's first node and one less for each next.
  [[nodiscard]] std::uint8_t priority_of(std::string_view node, const Cluster& cluster) const;
};

}  // namespace wslb::config

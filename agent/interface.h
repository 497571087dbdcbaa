// What the kernel says of a network interface: a value, kept up to date by Netlink.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "config/vrrp_section.h"

namespace wslb::agent {

using Mac = std::array<std::uint8_t, 6>;

// IFA_PROTO of our VIPs (Linux 5.18 and later). 0 .. 3 are the kernel's; newer versions of iproute2
// than Debian 12's show an unnamed one as "proto 0x77". Also the group of our macvlans.
inline constexpr std::uint8_t kAddressProtocol = 0x77;

struct InterfaceAddress {
  base::IpAddress address;
  std::uint8_t prefix = 32;   // 0 .. 32, 0 .. 128
  std::uint8_t protocol = 0;  // IFA_PROTO: who added it; 0: unknown
  bool global = true;         // its scope reaches beyond the link
  // False: IPv6 that is tentative still, or that failed because somebody else has it (dadfailed).
  bool usable = true;
};

struct Interface {
  // How it treats ARP, of net.ipv4.conf.
  struct Arp {
    std::uint32_t ignore = 0;
    std::uint32_t announce = 0;
  };

  int index = 0;  // changes when the interface is created anew
  std::string name;
  bool up = false;  // switched on, and its cable is in
  Mac mac{};
  bool switched_on = false;
  int parent = 0;  // index of the interface that it is a macvlan of; 0: it is none
  std::uint32_t macvlan_mode = 0;
  std::uint32_t group = 0;  // IFLA_GROUP
  std::string alias;        // IFLA_IFALIAS
  Arp arp{};
  std::vector<InterfaceAddress> addresses;  // in the kernel's order

  [[nodiscard]] const InterfaceAddress* find_address(const base::IpAddress& address) const;
  // Whether an address of the host's own (not of ours) lies in the VIP's network.
  [[nodiscard]] bool has_neighbour(const config::Vip& vip) const;
  [[nodiscard]] bool has_usable(const base::IpAddress& address) const;

  // The source of our IPv4 adverts: the node's `own` address, by which its peers know it, if it is
  // here; else the first global address that is not a VIP (RFC 9568, section 1.7).
  [[nodiscard]] std::optional<base::IpAddress> primary_address(
      const std::optional<base::IpAddress>& own, std::span<const base::IpAddress> vips) const;
  // That of our IPv6 adverts: the first link-local address that is usable and not a VIP.
  [[nodiscard]] std::optional<base::IpAddress> link_local_address(
      std::span<const base::IpAddress> vips) const;
};

}  // namespace wslb::agent

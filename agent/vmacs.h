// The macvlans of `use-vmac`: on each of them live the VIPs of one section, at the virtual router's
// own MAC address (RFC 9568, section 7.3), so that neighbours need not learn a new one when the VIP
// moves. "vrrp.51" or, for IPv6, "vrrp6.51"; up only while its section holds its VIPs, so that two
// hosts never answer for one MAC.
//
// The base interface stays what receives and sends adverts. While there is a macvlan for IPv4 on
// it, it neither answers ARP for addresses that are not its own (net.ipv4.conf.*.arp_ignore=1) nor
// asks with them (arp_announce=2); what was set before comes back at the end. Packets for the VIP
// come in by the macvlan and the answers may leave by the base interface, hence its rp_filter is
// loose. Used by SectionPort and VipKeeper.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "agent/interface.h"
#include "agent/netlink.h"
#include "base/result.h"
#include "config/vrrp_section.h"

namespace wslb::agent {

[[nodiscard]] Mac virtual_mac(const config::VrrpSection& section);
// Where the VIPs of the section live: its macvlan, or `interface` itself.
[[nodiscard]] std::string vip_interface(const config::VrrpSection& section);

class Vmacs {
 public:
  explicit Vmacs(Netlink& netlink) : netlink_(netlink) {}
  ~Vmacs() { remove_all(); }
  Vmacs(const Vmacs&) = delete;
  Vmacs& operator=(const Vmacs&) = delete;

  // Removes what an earlier agent left behind, but for the macvlans of `kept`, which hold VIPs that
  // stay: ensure() takes those over, or replaces them. Returns the names of what was removed.
  [[nodiscard]] std::vector<std::string> purge(const std::set<std::string>& kept = {});

  // The section's macvlan is on `base` when this is good; one that is right already stays.
  [[nodiscard]] base::Result<void> ensure(const config::VrrpSection& section,
                                          const Interface& base);
  void remove(const config::VrrpSection& section);
  void remove_all();

 private:
  [[nodiscard]] base::Result<void> create(const config::VrrpSection& section,
                                          const Interface& base);

  Netlink& netlink_;
  std::map<std::string, int> made_;           // or taken over; by name: the index
  std::map<int, Interface::Arp> arp_before_;  // of base interfaces; also noted on the macvlans
};

}  // namespace wslb::agent

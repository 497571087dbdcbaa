#include "agent/vmacs.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <optional>

#include <linux/if_link.h>
#include <net/if.h>
#include <spdlog/spdlog.h>

namespace wslb::agent {
namespace {

bool is_v4(const config::VrrpSection& section) {
  return section.vips.front().address.is_v4();
}

// A router's advertisements are for the base interface; the macvlan would take an address and a
// default route of its own from them. Where /proc/sys cannot be written, the operator must care.
void refuse_router_advertisements(const std::string& name) {
  for (const char* setting : {"accept_ra", "autoconf"}) {
    std::ofstream file("/proc/sys/net/ipv6/conf/" + name + "/" + setting);
    file << "0\n";
    file.flush();
    if (!file) {
      spdlog::warn(
          "cannot set net.ipv6.conf.{}.{} to 0; where routers advertise themselves, set "
          "net.ipv6.conf.default.{}=0",
          name, setting, setting);
    }
  }
}

constexpr const char* kArpNote =
    "wslb: before it its base interface had arp_ignore=%u arp_announce=%u";

std::string arp_note(const Interface::Arp& arp) {
  std::array<char, 128> text{};
  std::snprintf(text.data(), text.size(), kArpNote, arp.ignore, arp.announce);
  return text.data();
}

std::optional<Interface::Arp> noted_arp(const std::string& alias) {
  Interface::Arp arp;
  if (std::sscanf(alias.c_str(), kArpNote, &arp.ignore, &arp.announce) != 2) return std::nullopt;
  return arp;
}

}  // namespace

Mac virtual_mac(const config::VrrpSection& section) {
  const std::uint8_t family = is_v4(section) ? 1 : 2;
  return {0x00, 0x00, 0x5e, 0x00, family, section.vrid};
}

std::string vip_interface(const config::VrrpSection& section) {
  if (!section.use_vmac) return section.interface;
  return (is_v4(section) ? "vrrp." : "vrrp6.") + std::to_string(section.vrid);
}

std::vector<std::string> Vmacs::purge(const std::set<std::string>& kept) {
  std::vector<std::string> names;
  for (const auto& [index, interface] : netlink_.interfaces()) {
    if (interface.parent == 0 || interface.group != kAddressProtocol) continue;
    if (const auto before = noted_arp(interface.alias)) {
      arp_before_.try_emplace(interface.parent, *before);
    }
    if (kept.contains(interface.name)) {
      made_[interface.name] = index;
      continue;
    }
    const auto removed = netlink_.requests().remove_interface(index);
    if (!removed) spdlog::error("cannot remove {}: {}", interface.name, removed.error().message);
    if (removed) names.push_back(interface.name);
  }
  netlink_.refresh();
  return names;
}

base::Result<void> Vmacs::ensure(const config::VrrpSection& section, const Interface& base) {
  const Interface* existing = netlink_.find(vip_interface(section));
  const auto made = made_.find(vip_interface(section));
  if (existing != nullptr && made != made_.end() && made->second == existing->index &&
      existing->parent == base.index && existing->mac == virtual_mac(section) &&
      existing->macvlan_mode == MACVLAN_MODE_BRIDGE) {
    return {};
  }
  remove(section);
  const int base_index = base.index;
  if (const auto done = create(section, base); !done) {
    return base::Error{"cannot make " + vip_interface(section) + " for use-vmac on " +
                       section.interface + ": " + done.error().message};
  }
  netlink_.refresh();
  const Interface* interface = netlink_.find(vip_interface(section));
  if (interface == nullptr || interface->parent != base_index) {
    return base::Error{vip_interface(section) + " is not there though it was made"};
  }
  made_[interface->name] = interface->index;
  if (!is_v4(section)) refuse_router_advertisements(interface->name);
  return {};
}

// What was set before lies with the macvlan: whoever removes it knows what to put back.
base::Result<void> Vmacs::create(const config::VrrpSection& section, const Interface& base) {
  NetlinkRequests& requests = netlink_.requests();
  const std::string name = vip_interface(section);
  if (!is_v4(section)) return requests.create_macvlan(name, base.index, virtual_mac(section), "");
  const Interface::Arp before = arp_before_.try_emplace(base.index, base.arp).first->second;
  auto done = requests.create_macvlan(name, base.index, virtual_mac(section), arp_note(before));
  if (!done) return done;
  done = requests.set_arp(base.index, {.ignore = 1, .announce = 2});
  if (!done) {
    std::ignore = requests.remove_interface(static_cast<int>(::if_nametoindex(name.c_str())));
  }
  return done;
}

void Vmacs::remove(const config::VrrpSection& section) {
  const auto made = made_.find(vip_interface(section));
  if (made == made_.end()) return;
  const auto removed = netlink_.requests().remove_interface(made->second);
  if (!removed) spdlog::error("cannot remove {}: {}", made->first, removed.error().message);
  made_.erase(made);
}

void Vmacs::remove_all() {
  for (const auto& [name, index] : std::exchange(made_, {})) {
    const auto removed = netlink_.requests().remove_interface(index);
    if (!removed) spdlog::error("cannot remove {}: {}", name, removed.error().message);
  }
  for (const auto& [index, arp] : std::exchange(arp_before_, {})) {
    // The interface may be gone, and its settings with it.
    std::ignore = netlink_.requests().set_arp(index, arp);
  }
}

}  // namespace wslb::agent

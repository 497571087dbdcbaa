#include <algorithm>

#include "base/ip_network.h"
#include "ctl/doctor/judge.h"

namespace wslb::ctl::doctor {
namespace {

using config::VrrpSection;

bool holds(const OwnAddress& own, const base::IpAddress& address) {
  const auto network =
      base::IpNetwork::parse(own.address.to_string() + "/" + std::to_string(own.prefix));
  return network && network->contains(address);
}

bool is_vip(const Facts& facts, const base::IpAddress& address) {
  return std::ranges::any_of(facts.config.vrrps, [&](const VrrpSection& section) {
    return std::ranges::count(section.vips, address, &config::Vip::address) > 0;
  });
}

void judge_link(const std::string& name, const LinkFacts& link, Findings& findings) {
  if (!link.up || !link.carrier) {
    findings.push_back(
        {Severity::Problem, "link-down", name,
         std::string("the interface ") + (link.up ? "has no carrier" : "is down"),
         "its sections are in fault: this host cannot take their VIPs",
         link.up ? "see to the cable or the switch's port" : "ip link set " + name + " up"});
  }
  if (!link.arp) {
    findings.push_back({Severity::Problem, "no-arp", name, "the interface does not speak ARP",
                        "nobody on the network finds the VIP", "ip link set " + name + " arp on"});
  }
}

void judge_multicast(const Facts& facts, const VrrpSection& section, const LinkFacts& link,
                     Findings& findings) {
  if (section.transport != config::Transport::Multicast || link.multicast) return;
  findings.push_back({Severity::Problem, "no-multicast", section.interface,
                      "vrrp '" + section.name + "' sends by multicast, which " + section.interface +
                          " does not do",
                      "no node hears another one, and several become active",
                      "ip link set " + section.interface +
                          " multicast on; or 'transport unicast' in " + facts.file});
}

// Two or more VIPs that are alone in their subnet: the first one that goes takes the others along.
void judge_secondaries(const Facts& facts, const VrrpSection& section, const LinkFacts& link,
                       Findings& findings) {
  const auto all = facts.sysctl("net/ipv4/conf/all/promote_secondaries");
  const auto own = facts.sysctl("net/ipv4/conf/" + section.interface + "/promote_secondaries");
  if (section.use_vmac || all.value_or(1) > 0 || own.value_or(1) > 0) return;
  for (const config::Vip& vip : section.vips) {
    if (!vip.address.is_v4() || vip.prefix == 32) continue;
    const auto mates = std::ranges::count_if(section.vips, [&](const config::Vip& other) {
      return holds({vip.address, vip.prefix}, other.address);
    });
    const bool host_is_in = std::ranges::any_of(link.addresses, [&](const OwnAddress& address) {
      return !is_vip(facts, address.address) && holds(address, vip.address);
    });
    if (mates < 2 || host_is_in) continue;
    findings.push_back({Severity::Warning, "promote-secondaries", section.interface,
                        "the VIPs of vrrp '" + section.name +
                            "' are alone in their subnet, and "
                            "promote_secondaries is 0",
                        "when the first of them goes, Linux removes the others together with it",
                        "sysctl -w net.ipv4.conf." + section.interface +
                            ".promote_secondaries=1, and into /etc/sysctl.d/"});
    return;
  }
}

// Both interfaces answer ARP for what either of them has.
void judge_shared_network(const Facts& facts, const VrrpSection& section, Findings& findings) {
  const auto ignores = [&](const std::string& name) {
    return std::max(facts.sysctl("net/ipv4/conf/all/arp_ignore").value_or(0),
                    facts.sysctl("net/ipv4/conf/" + name + "/arp_ignore").value_or(0));
  };
  for (const auto& [name, link] : facts.links) {
    if (name == section.interface || link.loopback || !link.up || ignores(name) > 0) continue;
    for (const OwnAddress& own : link.addresses) {
      const auto shared = std::ranges::find_if(
          section.vips, [&](const config::Vip& vip) { return holds(own, vip.address); });
      if (!own.address.is_v4() || own.prefix == 32 || shared == section.vips.end()) continue;
      if (is_vip(facts, own.address)) continue;
      findings.push_back({Severity::Warning, "arp-flux", name,
                          name + " is in the network of the VIP " + shared->address.to_string() +
                              ", which lives on " + section.interface +
                              ", and answers ARP for it too",
                          "clients may learn the wrong MAC address and lose the VIP when one "
                          "interface goes",
                          "sysctl -w net.ipv4.conf.all.arp_ignore=1 "
                          "net.ipv4.conf.all.arp_announce=2, and into /etc/sysctl.d/"});
      return;
    }
  }
}

void judge_arp_ignore(const Facts& facts, const VrrpSection& section, Findings& findings) {
  const auto value =
      std::max(facts.sysctl("net/ipv4/conf/all/arp_ignore").value_or(0),
               facts.sysctl("net/ipv4/conf/" + section.interface + "/arp_ignore").value_or(0));
  const bool v4 = !section.vips.empty() && section.vips.front().address.is_v4();
  const bool alone = std::ranges::count(section.vips, 32, &config::Vip::prefix) > 0;
  if (!v4 || value < 2 || (value == 2 && !alone)) return;
  findings.push_back({Severity::Problem, "arp-ignore", section.interface,
                      "arp_ignore is " + std::to_string(value) + " on " + section.interface,
                      value == 2 ? "the host does not answer ARP for a VIP without a subnet (/32)"
                                 : "the host does not answer ARP for the VIP",
                      "sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf." +
                          section.interface + ".arp_ignore=1, and into /etc/sysctl.d/"});
}

// Whoever else configures the interface may take our addresses for leftovers.
void judge_managers(const std::string& name, const LinkFacts& link, Findings& findings) {
  if (link.networkd && !link.networkd_keeps) {
    findings.push_back({Severity::Warning, "networkd", name,
                        "systemd-networkd manages " + name + " without KeepConfiguration=",
                        "it removes the VIP whenever it is restarted or the interface configured "
                        "anew; the agent puts it back, after a gap",
                        "write '[Network]' and 'KeepConfiguration=yes' into a drop-in "
                        "/etc/systemd/network/NAME.network.d/wslb.conf of the interface's file, "
                        "then: networkctl reload"});
  }
  if (link.network_manager) {
    findings.push_back({Severity::Warning, "network-manager", name,
                        "NetworkManager manages " + name,
                        "it removes the VIP whenever it activates the connection anew; the agent "
                        "puts it back, after a gap",
                        "give the interface to ifupdown or systemd-networkd, and write "
                        "'[keyfile]' and 'unmanaged-devices=interface-name:" +
                            name + "' into /etc/NetworkManager/conf.d/wslb.conf"});
  }
}

}  // namespace

void judge_links(const Facts& facts, Findings& findings) {
  if (facts.links.empty()) return;
  for (const std::string& name : used_interfaces(facts)) {
    const auto link = facts.links.find(name);
    if (link == facts.links.end()) {
      findings.push_back({Severity::Problem, "no-interface", name, "there is no such interface",
                          "its sections are in fault: this host cannot take their VIPs",
                          "ip link; then write the right name into " + facts.file});
      continue;
    }
    judge_link(name, link->second, findings);
    judge_managers(name, link->second, findings);
  }
  for (const VrrpSection& section : facts.config.vrrps) {
    const auto link = facts.links.find(section.interface);
    if (link == facts.links.end()) continue;
    judge_multicast(facts, section, link->second, findings);
    judge_secondaries(facts, section, link->second, findings);
    judge_shared_network(facts, section, findings);
    judge_arp_ignore(facts, section, findings);
  }
  if (facts.cloud_init_networking) {
    findings.push_back({Severity::Warning, "cloud-init", "",
                        "cloud-init may write the network's configuration anew",
                        "at a boot with changed metadata it may undo what you set for the VIP's "
                        "interface",
                        "echo 'network: {config: disabled}' "
                        ">/etc/cloud/cloud.cfg.d/99-wslb-network.cfg"});
  }
}

}  // namespace wslb::ctl::doctor

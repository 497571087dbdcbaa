#include <algorithm>

#include "ctl/doctor/judge.h"

namespace wslb::ctl::doctor {
namespace {

using config::VrrpSection;

constexpr int kVrrp = 112;
constexpr int kTcp = 6;

base::IpAddress group_of(base::Family family) {
  return *base::IpAddress::parse(family == base::Family::V4 ? "224.0.0.18" : "ff02::12");
}

std::string rule_for(const Probe& probe) {
  const std::string ip = probe.destination.is_v4() ? "ip" : "ip6";
  if (probe.protocol == kTcp) {
    return ip + " saddr " + probe.source.to_string() + " tcp dport " +
           std::to_string(probe.port.value_or(0)) + " accept";
  }
  const std::string source = probe.source.is_unspecified() ? "fe80::/10" : probe.source.to_string();
  return probe.incoming ? ip + " saddr " + source + " meta l4proto 112 accept"
                        : "meta l4proto 112 accept";
}

void judge_probe(const Facts& facts, const Probe& probe, const std::string& why,
                 Findings& findings) {
  const auto by_nft = facts.nftables ? dropped_by(*facts.nftables, probe) : std::nullopt;
  const auto by_iptables = facts.iptables ? dropped_by(*facts.iptables, probe) : std::nullopt;
  if (!by_nft && !by_iptables) return;
  const std::string& chain = by_nft ? *by_nft : *by_iptables;
  std::string remedy = "nft insert rule " + chain + " " + rule_for(probe);
  if (!by_nft) {
    const bool v4 = probe.destination.is_v4();
    const std::string name = chain.substr(chain.rfind(' ') + 1);
    remedy =
        std::string(v4 ? "iptables" : "ip6tables") + " -I " + name + " " +
        (probe.incoming && !probe.source.is_unspecified() ? "-s " + probe.source.to_string() + " "
                                                          : "") +
        (probe.protocol == kTcp ? "-p tcp --dport " + std::to_string(probe.port.value_or(0))
                                : std::string("-p 112")) +
        " -j ACCEPT";
  }
  findings.push_back({Severity::Problem,
                      probe.protocol == kVrrp ? "firewall-vrrp" : "firewall-peers", chain,
                      "the firewall drops " + probe.what, why,
                      remedy + "; and into the firewall's own configuration"});
}

constexpr std::string_view kUnheard =
    "this host does not hear that another one is active, and takes the VIP as well";
constexpr std::string_view kUnheardThere =
    "the others do not hear that this host is active, and take the VIP";

// IPv6 adverts to the group come from the routers' link-local addresses.
void judge_group_v6(const Facts& facts, const VrrpSection& section, Findings& findings) {
  Probe probe;
  probe.interface = section.interface;
  probe.protocol = kVrrp;
  probe.source = *base::IpAddress::parse("::");
  probe.destination = group_of(base::Family::V6);
  probe.what = "the other nodes' adverts (IP protocol 112) for vrrp '" + section.name + "'";
  judge_probe(facts, probe, std::string(kUnheard), findings);
  probe.incoming = false;
  probe.what = "our own adverts (IP protocol 112) of vrrp '" + section.name + "' to ff02::12";
  judge_probe(facts, probe, std::string(kUnheardThere), findings);
}

// Of each section: what comes from the other nodes, and what goes to them.
void judge_section(const Facts& facts, const VrrpSection& section, const config::Node& own,
                   Findings& findings) {
  if (section.vips.empty()) return;
  const base::Family family = section.vips.front().address.family();
  const bool unicast = section.transport == config::Transport::Unicast;
  if (!unicast && family == base::Family::V6) return judge_group_v6(facts, section, findings);
  const base::IpAddress* const here = own.address_of(family);
  for (const config::Node& node : facts.config.cluster->nodes) {
    const base::IpAddress* const there = node.address_of(family);
    if (node.name == own.name || there == nullptr || here == nullptr) continue;
    Probe probe;
    probe.interface = section.interface;
    probe.protocol = kVrrp;
    probe.source = *there;
    probe.destination = unicast ? *here : group_of(family);
    probe.what = "the adverts of " + node.name + " (" + there->to_string() +
                 ", IP protocol 112) for vrrp '" + section.name + "'";
    judge_probe(facts, probe, std::string(kUnheard), findings);
    probe.incoming = false;
    probe.source = *here;
    probe.destination = unicast ? *there : group_of(family);
    probe.what = "our own adverts (IP protocol 112) of vrrp '" + section.name + "' to " +
                 probe.destination.to_string();
    judge_probe(facts, probe, std::string(kUnheardThere), findings);
    if (!unicast) break;  // all of them by one address
  }
}

void judge_links_between(const Facts& facts, const config::Node& own, Findings& findings) {
  for (const config::Node& node : facts.config.cluster->nodes) {
    if (node.name == own.name) continue;
    if (node.address.family() != own.address.family()) continue;
    Probe probe;
    probe.protocol = kTcp;
    probe.port = facts.config.cluster->peer_port;
    probe.source = node.address;
    probe.destination = own.address;
    probe.what = "the link from the agent of " + node.name + " (TCP port " +
                 std::to_string(*probe.port) + ")";
    for (const auto& [name, link] : facts.links) {
      if (std::ranges::count(link.addresses, own.address, &OwnAddress::address) > 0) {
        probe.interface = name;
      }
    }
    judge_probe(facts, probe, "sticky entries and planned failovers do not get across", findings);
  }
}

}  // namespace

void judge_firewall(const Facts& facts, Findings& findings) {
  const config::Node* const own = own_node(facts);
  if (own == nullptr) return;
  for (const VrrpSection& section : facts.config.vrrps) {
    judge_section(facts, section, *own, findings);
  }
  judge_links_between(facts, *own, findings);
}

}  // namespace wslb::ctl::doctor

// The `cluster` and `vrrp` sections as wholes.
#include <algorithm>
#include <string>

#include "config/check.h"
#include "config/spelling.h"
#include "config/value.h"

namespace wslb::config {
namespace {

std::string in_section(const VrrpSection& section) {
  return "vrrp '" + section.name + "' ";
}

// Something that a section lacks because its line was wrong has been reported already.
void check_required(const VrrpDraft& draft, Diagnostics& diagnostics) {
  const VrrpSection& section = draft.section;
  for (const auto* keyword : {"interface", "vrid"}) {
    if (draft.places.contains(keyword)) continue;
    diagnostics.error(section.where, in_section(section) + "lacks '" + keyword + "'");
  }
  if (!draft.places.contains("vip")) {
    diagnostics.error(section.where, in_section(section) + "lacks a 'vip'");
  }
}

void check_vips(const VrrpDraft& draft, const Draft& all, Diagnostics& diagnostics) {
  // The count of addresses is one byte on the wire (RFC 9568, section 5.2.5).
  constexpr std::size_t kVipsMax = 255;
  const auto& vips = draft.section.vips;
  if (vips.size() > kVipsMax) {
    diagnostics.error(draft.vip_places.back(), "a vrrp section has at most 255 addresses");
  }
  for (std::size_t i = 0; i < vips.size(); ++i) {
    const base::IpAddress& address = vips[i].address;
    const Location& where = draft.vip_places[i];
    if (address.family() != vips.front().address.family()) {
      diagnostics.error(where, "'vip' " + address.to_string() +
                                   " is of another address family than " +
                                   vips.front().address.to_string() +
                                   "; give each family a vrrp section of its own");
    }
    if (!all.cluster) continue;
    for (const Node& node : all.cluster->cluster.nodes) {
      if (node.address != address) continue;
      // The agent adds and removes VIPs; it must never remove a host's own address.
      diagnostics.error(where, "'vip' " + address.to_string() + " is the address of the node '" +
                                   node.name + "'; a VIP must be an address that no host owns");
    }
  }
}

void check_priorities(const VrrpDraft& draft, const Cluster& cluster, Diagnostics& diagnostics) {
  std::vector<std::string_view> names;
  for (const Node& node : cluster.nodes) names.push_back(node.name);
  const auto& priorities = draft.section.priorities;
  for (std::size_t i = 0; i < priorities.size(); ++i) {
    if (cluster.find_node(priorities[i].node) != nullptr) continue;
    diagnostics.error(draft.priority_places[i], "'priority' names '" + priorities[i].node +
                                                    "', which is no node of the cluster '" +
                                                    cluster.name + "'" +
                                                    did_you_mean(priorities[i].node, names));
  }
  // Equal priorities are elected by address and start their take-overs at the same moment.
  for (auto node = cluster.nodes.begin(); node != cluster.nodes.end(); ++node) {
    const auto priority = draft.section.priority_of(node->name, cluster);
    const auto same = std::find_if(cluster.nodes.begin(), node, [&](const Node& other) {
      return draft.section.priority_of(other.name, cluster) == priority;
    });
    if (same == node) continue;
    diagnostics.warning(draft.section.where, in_section(draft.section) + "gives the nodes '" +
                                                 same->name + "' and '" + node->name +
                                                 "' the same priority " + std::to_string(priority));
  }
}

void check_transport(const VrrpDraft& draft, const Draft& all, Diagnostics& diagnostics) {
  const VrrpSection& section = draft.section;
  const auto peers = draft.places.find("unicast-peer");
  if (peers != draft.places.end() && section.transport == Transport::Multicast) {
    diagnostics.error(peers->second, "'unicast-peer' needs 'transport unicast'");
  }
  const auto other_family = [&](const base::IpAddress& peer) {
    return !section.vips.empty() && peer.family() != section.vips.front().address.family();
  };
  if (peers != draft.places.end() && std::ranges::any_of(section.unicast_peers, other_family)) {
    diagnostics.error(peers->second, "'unicast-peer' is of another address family than the 'vip'");
  }
  if (section.transport != Transport::Unicast || !all.cluster) return;
  for (const Node& node : all.cluster->cluster.nodes) {
    if (!other_family(node.address)) continue;
    diagnostics.error(draft.places.find("transport")->second,
                      "'transport unicast' cannot reach the node '" + node.name +
                          "', whose address is of another family than the 'vip'");
  }
}

void check_version(const VrrpDraft& draft, Diagnostics& diagnostics) {
  // VRRPv2 counts seconds, in one byte (RFC 3768, section 5.3.7).
  const VrrpSection& section = draft.section;
  if (section.version != 2) return;
  if (section.advert % std::chrono::seconds(1) == base::Centiseconds(0)) return;
  diagnostics.error(section.where, in_section(section) +
                                       "has 'version 2', which needs an 'advert' "
                                       "of whole seconds");
}

void check_names(const std::vector<VrrpDraft>& vrrps, Diagnostics& diagnostics) {
  for (auto vrrp = vrrps.begin(); vrrp != vrrps.end(); ++vrrp) {
    for (auto before = vrrps.begin(); before != vrrp; ++before) {
      const VrrpSection& a = before->section;
      const VrrpSection& b = vrrp->section;
      const std::string there = " in line " + std::to_string(a.where.line);
      if (a.name == b.name) {
        diagnostics.error(b.where, in_section(b) + "was given before," + there);
      }
      // A VRID stands for one router on a link and in a family (RFC 9568, section 5.2.3).
      const bool same_family = a.vips.empty() || b.vips.empty() ||
                               a.vips.front().address.family() == b.vips.front().address.family();
      if (a.interface == b.interface && !a.interface.empty() && a.vrid == b.vrid && a.vrid != 0 &&
          same_family) {
        diagnostics.error(b.where, in_section(b) + "has the 'vrid' " + std::to_string(b.vrid) +
                                       " on " + b.interface + " that '" + a.name + "' has" + there);
      }
      for (std::size_t i = 0; i < b.vips.size(); ++i) {
        if (std::ranges::count(a.vips, b.vips[i].address, &Vip::address) == 0) continue;
        diagnostics.error(vrrp->vip_places[i], "'vip' " + b.vips[i].address.to_string() +
                                                   " belongs to vrrp '" + a.name + "' already");
      }
    }
  }
}

}  // namespace

void check_cluster(const Draft& draft, Diagnostics& diagnostics) {
  if (!draft.cluster) return;
  const Cluster& cluster = draft.cluster->cluster;
  if (cluster.nodes.empty()) {
    diagnostics.error(cluster.where, "cluster '" + cluster.name + "' lacks a 'node NAME ADDRESS'");
  }
  if (!draft.cluster->secret_given) {
    diagnostics.error(
        cluster.where,
        "cluster '" + cluster.name + "' lacks 'secret-file FILE'; to run without: 'secret none'");
  }
  const auto command = draft.cluster->places.find("proxy-command");
  if (command != draft.cluster->places.end() && cluster.external_proxy) {
    diagnostics.error(command->second, "'proxy-command' cannot start a 'proxy external'");
  }
}

void check_vrrps(const Draft& draft, Diagnostics& diagnostics) {
  for (const VrrpDraft& vrrp : draft.vrrps) {
    check_required(vrrp, diagnostics);
    check_vips(vrrp, draft, diagnostics);
    check_transport(vrrp, draft, diagnostics);
    check_version(vrrp, diagnostics);
    if (draft.cluster) check_priorities(vrrp, draft.cluster->cluster, diagnostics);
  }
  check_names(draft.vrrps, diagnostics);
  if (!draft.vrrps.empty() && !draft.cluster) {
    const VrrpSection& first = draft.vrrps.front().section;
    diagnostics.error(first.where, in_section(first) + "needs a 'cluster' section with its nodes");
  }
}

}  // namespace wslb::config

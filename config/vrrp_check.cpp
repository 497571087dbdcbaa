// The `vrrp` sections as wholes and among each other.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "config/check.h"
#include "config/spelling.h"

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
  const auto& vips = draft.section.vips;
  if (vips.empty()) return;
  // IPv4: the count of addresses is one byte (RFC 9568, section 5.2.5). IPv6: every link carries
  // packets of 1280 bytes, of which headers and the authentication trailer take 76.
  const bool v4 = vips.front().address.is_v4();
  const std::size_t vips_max = v4 ? 255 : 75;
  if (vips.size() > vips_max) {
    diagnostics.error(draft.vip_places[vips_max],
                      "a vrrp section has at most " + std::to_string(vips_max) + " addresses of " +
                          (v4 ? "IPv4" : "IPv6, which is what one advert holds") +
                          "; give the others a section of their own");
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
    if (const Node* node = all.cluster->cluster.node_at(address)) {
      // The agent adds and removes VIPs; it must never remove a host's own address.
      diagnostics.error(where, "'vip' " + address.to_string() + " is the address of the node '" +
                                   node->name + "'; a VIP must be an address that no host owns");
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
  if (section.transport != Transport::Unicast || !all.cluster || section.vips.empty()) return;
  const bool v4 = section.vips.front().address.is_v4();
  for (const Node& node : all.cluster->cluster.nodes) {
    if (node.address_of(section.vips.front().address.family()) != nullptr) continue;
    diagnostics.error(draft.places.find("transport")->second,
                      "'transport unicast' cannot reach the node '" + node.name +
                          "', which has no " + (v4 ? "IPv4" : "IPv6") +
                          " address; give it one as its second: node " + node.name + " " +
                          node.address.to_string() + " ADDRESS");
  }
}

void check_version(const VrrpDraft& draft, Diagnostics& diagnostics) {
  const VrrpSection& section = draft.section;
  const bool v6 = !section.vips.empty() && !section.vips.front().address.is_v4();
  const auto version = draft.places.find("version");
  if (section.version == 2 && v6) {
    diagnostics.error(version->second, "'version 2' is for IPv4 only; use 'version 3'");
  }
  const auto checksum = draft.places.find("checksum");
  if (checksum != draft.places.end() && (section.version == 2 || v6)) {
    diagnostics.error(checksum->second,
                      std::string("'checksum' is a choice of version 3 over IPv4 only; ") +
                          (v6 ? "IPv6" : "version 2") + " knows but one; remove the line");
  }
  const auto advert = draft.places.find("advert");
  if (advert == draft.places.end()) return;
  // VRRPv2 counts seconds, in one byte (RFC 3768, section 5.3.7).
  if (section.version == 2 && section.advert % std::chrono::seconds(1) != base::Centiseconds(0)) {
    diagnostics.error(advert->second,
                      "'advert' expects whole seconds, 1s to 255s, with 'version 2'");
  } else if (section.version == 3 && section.advert > base::Centiseconds(4095)) {
    diagnostics.error(advert->second, "'advert' expects 10ms to 40950ms with 'version 3'");
  }
}

void check_auth(const VrrpDraft& draft, const Draft& all, Diagnostics& diagnostics) {
  const auto auth = draft.places.find("auth");
  if (auth == draft.places.end() || draft.section.auth == Auth::None) return;
  if (draft.section.version == 2) {
    diagnostics.error(auth->second, "'auth hmac' needs 'version 3'");
  }
  if (all.cluster && !all.cluster->cluster.secret_file) {
    diagnostics.error(auth->second, "'auth hmac' needs a 'secret-file FILE' in the cluster '" +
                                        all.cluster->cluster.name + "'");
  }
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
      // The macvlan's name has no room for the interface's.
      if (a.use_vmac && b.use_vmac && a.interface != b.interface && a.vrid == b.vrid &&
          a.vrid != 0 && same_family) {
        diagnostics.error(vrrp->places.find("use-vmac")->second,
                          in_section(b) + "has 'use-vmac' with the 'vrid' " +
                              std::to_string(b.vrid) + " that '" + a.name + "' has with it on " +
                              a.interface + there + "; give one of them another 'vrid'");
      }
      for (std::size_t i = 0; i < b.vips.size(); ++i) {
        if (std::ranges::count(a.vips, b.vips[i].address, &Vip::address) == 0) continue;
        diagnostics.error(vrrp->vip_places[i], "'vip' " + b.vips[i].address.to_string() +
                                                   " belongs to vrrp '" + a.name + "' already");
      }
    }
  }
}

// Two nodes that `a` and `b` put in contrary orders; nullopt: there are none.
std::optional<std::pair<std::string, std::string>> contrary(const VrrpSection& a,
                                                            const VrrpSection& b,
                                                            const Cluster& cluster) {
  for (const Node& one : cluster.nodes) {
    for (const Node& other : cluster.nodes) {
      if (a.priority_of(one.name, cluster) > a.priority_of(other.name, cluster) &&
          b.priority_of(one.name, cluster) < b.priority_of(other.name, cluster)) {
        return std::pair(one.name, other.name);
      }
    }
  }
  return std::nullopt;
}

// A group moves as a whole: with `preempt on`, two nodes that are each the better one of some
// section would both have a claim to it.
void check_groups(const std::vector<VrrpDraft>& vrrps, const Cluster& cluster,
                  Diagnostics& diagnostics) {
  for (auto vrrp = vrrps.begin(); vrrp != vrrps.end(); ++vrrp) {
    for (auto before = vrrps.begin(); before != vrrp; ++before) {
      const VrrpSection& a = before->section;
      const VrrpSection& b = vrrp->section;
      if (b.group.empty() || a.group != b.group) continue;
      if (!a.preempt.enabled && !b.preempt.enabled) continue;
      const auto nodes = contrary(a, b, cluster);
      if (!nodes) continue;
      diagnostics.error(b.where, in_section(b) + "prefers the node '" + nodes->second + "' to '" +
                                     nodes->first + "', '" + a.name + "' in line " +
                                     std::to_string(a.where.line) +
                                     " the other way round: with 'preempt', the sections of a "
                                     "group must have their nodes in the same order");
    }
  }
}

}  // namespace

void complete_vrrps(Draft& draft) {
  const bool has_secret = draft.cluster && draft.cluster->cluster.secret_file;
  for (VrrpDraft& vrrp : draft.vrrps) {
    if (vrrp.places.contains("auth") || !has_secret || vrrp.section.version != 3) continue;
    vrrp.section.auth = Auth::Enforce;
  }
}

void check_vrrps(const Draft& draft, Diagnostics& diagnostics) {
  for (const VrrpDraft& vrrp : draft.vrrps) {
    check_required(vrrp, diagnostics);
    check_vips(vrrp, draft, diagnostics);
    check_transport(vrrp, draft, diagnostics);
    check_version(vrrp, diagnostics);
    check_auth(vrrp, draft, diagnostics);
    if (draft.cluster) check_priorities(vrrp, draft.cluster->cluster, diagnostics);
  }
  check_names(draft.vrrps, diagnostics);
  if (draft.cluster) check_groups(draft.vrrps, draft.cluster->cluster, diagnostics);
  if (!draft.vrrps.empty() && !draft.cluster) {
    const VrrpSection& first = draft.vrrps.front().section;
    diagnostics.error(first.where, in_section(first) + "needs a 'cluster' section with its nodes");
  }
}

}  // namespace wslb::config

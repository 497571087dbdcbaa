#include "ctl/migration/member.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "config/name.h"

namespace wslb::ctl::migration {
namespace {

KeepalivedHost read_file(const ImportInput& input, const config::Source& source,
                         const std::string& id, Remarks& remarks) {
  KeepalivedReader reader(id, input.read_included, remarks);
  return read_host(make_tree(reader.read(source), remarks), remarks);
}

// Which `@id` lines a file has that is the same on all hosts.
std::vector<std::string> ids_of(const ImportInput& input, const config::Source& source) {
  Remarks unheard;
  KeepalivedReader reader("", input.read_included, unheard);
  std::ignore = reader.read(source);
  return {reader.ids().begin(), reader.ids().end()};
}

const config::Peer* peer_at(const std::vector<config::PeersSection>& sections,
                            const base::IpAddress& address) {
  for (const auto& section : sections) {
    for (const config::Peer& peer : section.peers) {
      if (peer.address && peer.address->address == address) return &peer;
    }
  }
  return nullptr;
}

class MemberFinder {
 public:
  MemberFinder(const ImportInput& input, const std::vector<config::PeersSection>& peers,
               Remarks& remarks)
      : input_(input), peers_(peers), remarks_(remarks) {}

  std::vector<Member> find() {
    for (const auto& file : input_.keepalived) {
      if (file.node.empty()) {
        read_shared(file.source);
      } else {
        members_.push_back({file.node, read_file(input_, file.source, file.node, remarks_), {}});
      }
    }
    for (const auto& given : input_.addresses) named(given.node).add(given.address);
    for (Member& member : members_) take_own_addresses(member);
    take_unicast_peers();
    take_haproxy_peers();
    return std::move(members_);
  }

 private:
  Member& named(const std::string& name) {
    const auto found = std::ranges::find(members_, name, &Member::name);
    if (found != members_.end()) return *found;
    return members_.emplace_back(Member{name, std::nullopt, {}});
  }

  // One file: of one of the hosts, or with lines for each by `@id`.
  void read_shared(const config::Source& source) {
    const auto ids = ids_of(input_, source);
    if (ids.size() > 1) {
      for (const std::string& id : ids) {
        members_.push_back({id, read_file(input_, source, id, remarks_), {}});
      }
      return;
    }
    if (!ids.empty()) {
      remarks_.todo({source.file, 0}, "has lines for '@" + ids[0] +
                                          "' only, which are left out; say whose file it is: "
                                          "--node NAME=FILE, for each host");
    }
    KeepalivedHost host = read_file(input_, source, "", remarks_);
    const std::string name = own_name(host);
    members_.push_back({name, std::move(host), {}});
  }

  // What a host is called whose file names it not: as the operator did, or HAProxy, or its
  // router_id.
  std::string own_name(const KeepalivedHost& host) {
    for (const auto& given : input_.addresses) {
      if (given.node == host.router_id || owns(host, given.address)) return given.node;
    }
    if (!input_.addresses.empty()) return input_.addresses.front().node;
    for (const KeepalivedInstance& instance : host.instances) {
      for (const base::IpAddress& address : instance.own_addresses) {
        if (const config::Peer* peer = peer_at(peers_, address)) return peer->name;
      }
    }
    const bool usable = !host.router_id.empty() && !config::name_error(host.router_id);
    const std::string name = usable ? host.router_id : "lb1";
    const config::Location where = usable ? host.router_id_where : config::Location{host.file, 0};
    remarks_.note(where, "the host is called '" + name +
                             "' in the result; if that is not its host name, say --node NAME=FILE");
    return name;
  }

  static bool owns(const KeepalivedHost& host, const base::IpAddress& address) {
    return std::ranges::any_of(host.instances, [&](const KeepalivedInstance& instance) {
      return std::ranges::count(instance.own_addresses, address) > 0;
    });
  }

  void take_own_addresses(Member& member) {
    if (!member.host) return;
    for (const KeepalivedInstance& instance : member.host->instances) {
      for (const base::IpAddress& address : instance.own_addresses) {
        member.add(address);
        if (member.has(address)) continue;
        remarks_.todo(instance.where, "sends from " + address.to_string() + ", but the node '" +
                                          member.name +
                                          "' has another address already: a node has one of each "
                                          "family; see which interface the agents should use");
      }
    }
  }

  // What a host sends to that is no known one's is the other host's.
  void take_unicast_peers() {
    for (std::size_t i = 0; i < members_.size(); ++i) {
      if (!members_[i].host) continue;
      const auto instances = members_[i].host->instances;
      for (const KeepalivedInstance& instance : instances) {
        for (const base::IpAddress& address : instance.unicast_peers) {
          take_peer(address, instance.where);
        }
      }
    }
  }

  void take_peer(const base::IpAddress& address, const config::Location& where) {
    const auto knows = [&](const Member& member) { return member.has(address); };
    if (std::ranges::any_of(members_, knows)) return;
    const auto lacks = [&](const Member& member) {
      return std::ranges::none_of(member.addresses, [&](const base::IpAddress& other) {
        return other.family() == address.family();
      });
    };
    if (std::ranges::count_if(members_, lacks) == 1 && members_.size() > 1) {
      return std::ranges::find_if(members_, lacks)->add(address);
    }
    if (input_.keepalived.size() > 1 || !input_.addresses.empty()) return;  // a router of others
    const config::Peer* peer = peer_at(peers_, address);
    const std::string name = peer ? peer->name : "lb" + std::to_string(members_.size() + 1);
    if (!peer) {
      remarks_.todo(where, "the host at " + address.to_string() + " is called '" + name +
                               "' in the result: write its host name there, or say --node "
                               "NAME=FILE for each host");
    }
    named(name).add(address);
  }

  // Addresses that nothing else told; and, where one file is all there is, the other host.
  void take_haproxy_peers() {
    const bool others_known = members_.size() > 1;
    for (const auto& section : peers_) {
      const auto is_member = [&](const config::Peer& peer) {
        return std::ranges::count(members_, peer.name, &Member::name) > 0;
      };
      if (std::ranges::none_of(section.peers, is_member)) continue;
      for (const config::Peer& peer : section.peers) {
        if (!peer.address || (others_known && !is_member(peer))) continue;
        named(peer.name).add(peer.address->address);
      }
    }
  }

  const ImportInput& input_;
  const std::vector<config::PeersSection>& peers_;
  Remarks& remarks_;
  std::vector<Member> members_;
};

}  // namespace

bool Member::has(const base::IpAddress& address) const {
  return std::ranges::count(addresses, address) > 0;
}

void Member::add(const base::IpAddress& address) {
  const auto same_family = [&](const base::IpAddress& other) {
    return other.family() == address.family();
  };
  if (std::ranges::none_of(addresses, same_family)) addresses.push_back(address);
}

std::vector<Member> find_members(const ImportInput& input,
                                 const std::vector<config::PeersSection>& peers, Remarks& remarks) {
  return MemberFinder(input, peers, remarks).find();
}

std::string cluster_text(const std::vector<Member>& members, Remarks& remarks) {
  std::string text = "cluster main\n";
  for (const Member& member : members) {
    text += "    node " + member.name;
    for (const base::IpAddress& address : member.addresses) text += " " + address.to_string();
    if (member.addresses.empty()) {
      text += " ADDRESS-OF-" + member.name;
      remarks.todo({member.host ? member.host->file : "", 0},
                   "does not tell the own address of '" + member.name + "'; say --address " +
                       member.name +
                       "=ADDRESS, or write it into its 'node' "
                       "line");
    }
    text += "\n";
  }
  if (members.size() == 1 && members.front().host) {
    remarks.todo({members.front().host->file, 0},
                 "does not tell the other hosts; say --node NAME=FILE for each, or --address "
                 "NAME=ADDRESS");
  }
  text +=
      "    # The same key on every host: wslbctl keygen >/etc/wslb/cluster.key\n"
      "    secret-file /etc/wslb/cluster.key\n";
  return text;
}

}  // namespace wslb::ctl::migration

#include "config/cluster.h"

#include <algorithm>

namespace wslb::config {

const base::IpAddress* Node::address_of(base::Family family) const {
  if (address.family() == family) return &address;
  if (other_address && other_address->family() == family) return &*other_address;
  return nullptr;
}

base::Endpoint StatusBind::endpoint(const Node& self) const {
  switch (where) {
    case Where::AtNode:
      return {self.address, port};
    case Where::AtAddress:
      return {address, port};
    case Where::Everywhere:
      break;
  }
  return {base::IpAddress::parse("::").value(), port};
}

const Node* Cluster::find_node(std::string_view node_name) const {
  const auto found = std::ranges::find(nodes, node_name, &Node::name);
  return found == nodes.end() ? nullptr : &*found;
}

const Node* Cluster::node_at(const base::IpAddress& wanted) const {
  const auto found =
      std::ranges::find_if(nodes, [&](const Node& node) { return node.has_address(wanted); });
  return found == nodes.end() ? nullptr : &*found;
}

base::Duration Cluster::patience() const {
  return vault && !external_proxy ? takeover_after : base::Duration(0);
}

}  // namespace wslb::config

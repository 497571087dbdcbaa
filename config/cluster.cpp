#include "config/cluster.h"

#include <algorithm>

namespace wslb::config {

const Node* Cluster::find_node(std::string_view node_name) const {
  const auto found = std::ranges::find(nodes, node_name, &Node::name);
  return found == nodes.end() ? nullptr : &*found;
}

}  // namespace wslb::config

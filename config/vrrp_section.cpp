#include "config/vrrp_section.h"

#include <algorithm>

namespace wslb::config {

std::uint8_t VrrpSection::priority_of(std::string_view node, const Cluster& cluster) const {
  const auto given = std::ranges::find(priorities, node, &NodePriority::node);
  if (given != priorities.end()) return given->priority;
  constexpr std::ptrdiff_t kFirst = 200;
  const auto index = std::ranges::find(cluster.nodes, node, &Node::name) - cluster.nodes.begin();
  return static_cast<std::uint8_t>(std::max<std::ptrdiff_t>(kFirst - index, 1));
}

}  // namespace wslb::config

#include "agent/sticky/server_loads.h"

#include <algorithm>

namespace wslb::agent::sticky {

void ServerLoads::set_own(const Loads& loads, bool anew) {
  if (anew) own_.clear();
  for (const ServerLoad& load : loads.loads) {
    own_.set(load.name, std::min(load.connections, kConnectionsMax));
  }
}

void ServerLoads::set_of(const std::string& node, const Loads& loads) {
  Numbers& numbers = nodes_[node];
  for (const ServerLoad& load : loads.loads) {
    const std::uint32_t now = std::min(load.connections, kConnectionsMax);
    const auto found = numbers.find(load.name);
    const std::uint32_t before = found == numbers.end() ? 0 : found->second;
    if (now == before) continue;
    if (!elsewhere_.set(load.name, elsewhere_.connections(load.name) - before + now)) continue;
    if (now == 0) {
      numbers.erase(found);
    } else {
      numbers.insert_or_assign(load.name, now);
    }
  }
}

void ServerLoads::forget(const std::string& node) {
  const auto found = nodes_.find(node);
  if (found == nodes_.end()) return;
  for (const auto& [name, connections] : found->second) {
    elsewhere_.set(name, elsewhere_.connections(name) - connections);
  }
  nodes_.erase(found);
}

}  // namespace wslb::agent::sticky

#include "agent/sticky/load_board.h"

namespace wslb::agent::sticky {
namespace {

constexpr std::size_t kFrameBytes = 32768;
constexpr std::size_t kLoadBytes = 16;  // besides the names, about

}  // namespace

bool LoadBoard::set(const ServerName& name, std::uint32_t connections) {
  auto at = servers_.find(name);
  if (at == servers_.end()) {
    if (connections == 0) return true;
    if (servers_.size() >= kServersMax && !make_room()) return false;
    at = servers_.try_emplace(name).first;
    ++idle_;
  }
  if (at->second.connections != connections) change(at, connections);
  return true;
}

void LoadBoard::change(Servers::iterator at, std::uint32_t connections) {
  Place& place = at->second;
  if (place.connections == 0) --idle_;
  if (connections == 0) ++idle_;
  changes_.erase(place.changed);
  place = {connections, ++sequence_};
  changes_.emplace(sequence_, at);
}

void LoadBoard::clear() {
  for (auto at = servers_.begin(); at != servers_.end(); ++at) {
    if (at->second.connections > 0) change(at, 0);
  }
}

// Of the idle one that changed the longest ago every reader has heard.
bool LoadBoard::make_room() {
  if (idle_ == 0) return false;
  auto oldest = changes_.begin();
  while (oldest->second->second.connections > 0) ++oldest;
  servers_.erase(oldest->second);
  changes_.erase(oldest);
  --idle_;
  return true;
}

std::uint32_t LoadBoard::connections(const ServerName& name) const {
  const auto found = servers_.find(name);
  return found == servers_.end() ? 0 : found->second.connections;
}

Loads LoadBoard::after(Sequence& seen) const {
  Loads frame;
  std::size_t bytes = 0;
  auto at = changes_.upper_bound(seen);
  for (; at != changes_.end() && bytes < kFrameBytes; ++at) {
    const auto& [name, place] = *at->second;
    frame.loads.push_back({name, place.connections});
    bytes += name.backend.size() + name.server.size() + kLoadBytes;
    seen = at->first;
  }
  if (at == changes_.end()) seen = sequence_;
  return frame;
}

}  // namespace wslb::agent::sticky

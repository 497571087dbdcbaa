// The entries of stick tables that a session tracks, or a request: sc0, sc1, sc2. Most track none,
// and an open tunnel keeps what they did, so none costs next to nothing.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "proxy/stick_table.h"

namespace wslb::proxy {

class TrackedEntries {
 public:
  struct Tracked {
    std::size_t counter;  // below config::kTrackedMax
    StickHold hold;
  };

  // Null: that one tracks nothing.
  [[nodiscard]] StickHold* find(std::size_t counter) {
    const auto found = std::ranges::find(all_, counter, &Tracked::counter);
    return found == all_.end() ? nullptr : &found->hold;
  }
  // That counter must track nothing.
  void add(std::size_t counter, StickHold hold) { all_.push_back({counter, std::move(hold)}); }

  void become_tunnels() {
    for (Tracked& each : all_) each.hold.become_tunnel();
  }

  [[nodiscard]] bool empty() const { return all_.empty(); }
  [[nodiscard]] auto begin() const { return all_.begin(); }
  [[nodiscard]] auto end() const { return all_.end(); }

 private:
  std::vector<Tracked> all_;
};

}  // namespace wslb::proxy

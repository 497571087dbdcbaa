// The networks between the hosts: what becomes of a packet from one host to another. Each direction
// of each pair has a path of its own, so that A may hear B and B not A.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <vector>

#include "tests/sim/random.h"

namespace wslb::sim {

struct Path {
  bool cut = false;
  std::uint8_t loss = 0;  // per cent
};

class Network {
 public:
  Network(std::size_t networks, std::size_t hosts)
      : hosts_(hosts), paths_(networks * hosts * hosts) {}

  [[nodiscard]] Path& path(std::size_t network, std::size_t from, std::size_t to) {
    return paths_[(network * hosts_ + from) * hosts_ + to];
  }
  [[nodiscard]] const Path& path(std::size_t network, std::size_t from, std::size_t to) const {
    return paths_[(network * hosts_ + from) * hosts_ + to];
  }
  void mend() {
    paths_.assign(paths_.size(), Path{});
    duplicated = reordered = 0;
  }

  // Nothing is lost, cut, doubled or overtaken.
  [[nodiscard]] bool is_whole() const {
    for (const Path& each : paths_) {
      if (each.cut || each.loss > 0) return false;
    }
    return reordered == 0;
  }

  // Every packet from one to the other arrives, within delay_max.
  [[nodiscard]] bool is_reliable(std::size_t network, std::size_t from, std::size_t to) const {
    const Path& each = path(network, from, to);
    return !each.cut && each.loss == 0 && reordered == 0;
  }

  // How long each copy of a packet takes that is not lost.
  struct Fate {
    std::size_t copies = 0;
    std::array<Duration, 2> delays{};
  };
  [[nodiscard]] Fate draw(std::size_t network, std::size_t from, std::size_t to,
                          Random& random) const {
    const Path& each = path(network, from, to);
    if (each.cut || (each.loss > 0 && random.chance(each.loss))) return {};
    Fate fate;
    fate.copies = duplicated > 0 && random.chance(duplicated) ? 2 : 1;
    for (Duration& delay : fate.delays) delay = draw_delay(random);
    return fate;
  }

  Duration delay_min = std::chrono::microseconds(50);
  Duration delay_max = std::chrono::microseconds(1500);
  std::uint8_t duplicated = 0;  // per cent
  std::uint8_t reordered = 0;   // per cent that take up to `late_max`
  Duration late_max{};

 private:
  [[nodiscard]] Duration draw_delay(Random& random) const {
    const bool late = reordered > 0 && random.chance(reordered);
    return random.between(delay_min, late ? late_max : delay_max);
  }

  std::size_t hosts_;
  std::vector<Path> paths_;  // by network, from, to
};

}  // namespace wslb::sim

// The networks between the hosts: what becomes of a packet from one host to another. Each direction
// of each pair has a path of its own, so that A may hear B and B not A. Like the port of a switch
// it keeps the order of its packets, unless it is told not to.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <vector>

#include "tests/sim/random.h"

namespace wslb::sim {

struct Path {
  bool cut = false;
  bool filtered = false;  // adverts are lost, all else arrives
  std::uint8_t loss = 0;  // per cent
};

class Network {
 public:
  Network(std::size_t networks, std::size_t hosts)
      : hosts_(hosts), paths_(networks * hosts * hosts), last_arrivals_(paths_.size()) {}

  [[nodiscard]] Path& path(std::size_t network, std::size_t from, std::size_t to) {
    return paths_[number(network, from, to)];
  }
  [[nodiscard]] const Path& path(std::size_t network, std::size_t from, std::size_t to) const {
    return paths_[number(network, from, to)];
  }
  void mend() {
    paths_.assign(paths_.size(), Path{});
    duplicated = reordered = 0;
  }

  // Nothing is lost, cut, doubled or overtaken.
  [[nodiscard]] bool is_whole() const {
    for (const Path& each : paths_) {
      if (each.cut || each.filtered || each.loss > 0) return false;
    }
    return reordered == 0;
  }

  // Every packet from one to the other arrives, within delay_max.
  [[nodiscard]] bool is_reliable(std::size_t network, std::size_t from, std::size_t to) const {
    const Path& each = path(network, from, to);
    return !each.cut && !each.filtered && each.loss == 0 && reordered == 0;
  }

  // What needs answers, such as TCP, arrives soon.
  [[nodiscard]] bool carries_links(std::size_t network, std::size_t a, std::size_t b) const {
    const auto good = [](const Path& each) { return !each.cut && each.loss == 0; };
    return good(path(network, a, b)) && good(path(network, b, a));
  }

  // When each copy of a packet arrives that is sent now and not lost.
  struct Fate {
    std::size_t copies = 0;
    std::array<TimePoint, 2> arrivals{};
  };
  [[nodiscard]] Fate draw(std::size_t network, std::size_t from, std::size_t to, TimePoint now,
                          Random& random) {
    const Path& each = path(network, from, to);
    if (each.cut || each.filtered || (each.loss > 0 && random.chance(each.loss))) return {};
    Fate fate;
    fate.copies = duplicated > 0 && random.chance(duplicated) ? 2 : 1;
    for (TimePoint& arrival : fate.arrivals) arrival = now + draw_delay(random);
    if (reordered > 0) return fate;
    TimePoint& last = last_arrivals_[number(network, from, to)];
    for (std::size_t copy = 0; copy < fate.copies; ++copy) {
      last = fate.arrivals.at(copy) = std::max(last, fate.arrivals.at(copy));
    }
    return fate;
  }

  Duration delay_min = std::chrono::microseconds(50);
  Duration delay_max = std::chrono::microseconds(1500);
  std::uint8_t duplicated = 0;  // per cent
  std::uint8_t reordered = 0;   // per cent that take up to `late_max`
  Duration late_max{};

 private:
  [[nodiscard]] std::size_t number(std::size_t network, std::size_t from, std::size_t to) const {
    return (network * hosts_ + from) * hosts_ + to;
  }
  [[nodiscard]] Duration draw_delay(Random& random) const {
    const bool late = reordered > 0 && random.chance(reordered);
    return random.between(delay_min, late ? late_max : delay_max);
  }

  std::size_t hosts_;
  std::vector<Path> paths_;               // by network, from, to
  std::vector<TimePoint> last_arrivals_;  // of the same
};

}  // namespace wslb::sim

// Chance that is the same on every platform, which the standard's distributions are not. All of a
// story's chance comes from its seed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace wslb::sim {

using base::Duration;
using base::TimePoint;

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15U + 0x632be59bd9b4e019U) {}

  // SplitMix64.
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  std::size_t below(std::size_t bound) { return next() % bound; }
  bool chance(std::size_t percent) { return below(100) < percent; }
  Duration between(Duration low, Duration high) {
    return low + Duration(static_cast<Duration::rep>(
                     below(static_cast<std::size_t>((high - low).count()) + 1)));
  }

 private:
  std::uint64_t state_;
};

}  // namespace wslb::sim

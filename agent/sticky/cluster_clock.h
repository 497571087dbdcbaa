// The time that versions are made of: the wall clock of the host whose clock is the furthest ahead,
// as far as this one has heard. So clocks that are wrong put changes in no wrong order, and what
// happened a while ago can be given the version that it would have had then. It goes by the
// monotonic clock: a wall clock that is stepped changes nothing.
//
// Used by Replica; peers tell each other theirs with their checks (PeerSession).
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "base/time.h"

namespace wslb::agent::sticky {

class ClusterClock {
 public:
  // `wall_us`: this host's clock at `now`, in microseconds since 1970.
  ClusterClock(base::TimePoint now, std::uint64_t wall_us) : ahead_us_(wall_us - to_us(now)) {}

  // Somebody's clock has been that far already.
  void observe(std::uint64_t time, base::TimePoint now) {
    const std::uint64_t here = at(now);
    if (time > here) ahead_us_ += time - here;
  }

  // Microseconds since 1970 by it. Not less than what was observed until then.
  [[nodiscard]] std::uint64_t at(base::TimePoint moment) const { return ahead_us_ + to_us(moment); }

 private:
  static std::uint64_t to_us(base::TimePoint moment) {
    const auto time = moment.time_since_epoch();
    return static_cast<std::uint64_t>(
        std::chrono::ceil<std::chrono::microseconds>(time).count());
  }

  std::uint64_t ahead_us_;  // of the monotonic clock
};

}  // namespace wslb::agent::sticky

// A host's monotonic clock: it began at some time of its own and runs a little too fast or too
// slow. In whole nanoseconds, so that the same seed is the same run everywhere.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace wslb::sim {

class HostClock {
 public:
  // `ppm`: how much too fast.
  HostClock(std::int64_t ppm, base::Duration offset) : ppm_(ppm), offset_(offset) {}

  [[nodiscard]] base::TimePoint local(base::TimePoint world) const {
    const std::int64_t w = world.time_since_epoch().count();
    return world + offset_ + base::Duration(w / million * ppm_ + w % million * ppm_ / million);
  }

  // The first instant of the world at which the host's clock shows `local_time`.
  [[nodiscard]] base::TimePoint world(base::TimePoint local_time) const {
    const std::int64_t shown = (local_time - offset_).time_since_epoch().count();
    const std::int64_t rate = million + ppm_;
    base::TimePoint when(
        base::Duration(shown / rate * million + shown % rate * million / rate - 2));
    while (local(when) < local_time) when += base::Duration(1);
    return when;
  }

  // How long a duration on this clock can last in the world.
  [[nodiscard]] base::Duration lasts(base::Duration shown) const {
    return shown * million / (million + ppm_) + base::Duration(2);
  }

 private:
  static constexpr std::int64_t million = 1'000'000;
  std::int64_t ppm_;
  base::Duration offset_;
};

}  // namespace wslb::sim

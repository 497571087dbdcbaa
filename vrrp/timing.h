// The two intervals that decide how fast a backup takes over. All products come before the
// division and stay in nanoseconds: at priority 254 and 10 ms the skew is 78.125 us, which
// centiseconds would round to nothing, and with it the order in which backups take over.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/time.h"

namespace wslb::vrrp {

// Version 3: (256 - priority) * Active_Adver_Interval / 256 (RFC 9568, section 6.1).
// Version 2: (256 - priority) / 256 seconds whatever the interval (RFC 3768, section 6.1).
[[nodiscard]] constexpr base::Duration skew_time(std::uint8_t version, std::uint8_t priority,
                                                 base::Duration active_interval) {
  const base::Duration unit = version == 2 ? std::chrono::seconds(1) : active_interval;
  return (256 - priority) * unit / 256;
}

// 3 * Active_Adver_Interval + Skew_Time: so long a backup waits for an advert before it takes over.
[[nodiscard]] constexpr base::Duration active_down_interval(std::uint8_t version,
                                                            std::uint8_t priority,
                                                            base::Duration active_interval) {
  return 3 * active_interval + skew_time(version, priority, active_interval);
}

}  // namespace wslb::vrrp

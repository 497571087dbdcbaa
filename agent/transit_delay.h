// How much longer than usual a message was under way, where sender and receiver have clocks of
// their own: the difference of the clocks is what the fastest message of the last seconds shows, so
// that clocks which drift apart do no harm. Used by PeerConnection, for words that age fast.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "base/time.h"

namespace wslb::agent {

class TransitDelay {
 public:
  static constexpr std::chrono::seconds kWindow{5};

  // `sent_us`: by the sender's clock, microseconds.
  std::chrono::microseconds excess(std::uint64_t sent_us, base::TimePoint received) {
    using std::chrono::microseconds;
    const auto since = std::chrono::duration_cast<microseconds>(received.time_since_epoch());
    // Unsigned, so that no number of the peer's overflows.
    const auto apart = microseconds(
        static_cast<std::int64_t>(static_cast<std::uint64_t>(since.count()) - sent_us));
    if (received >= window_end_) {
      before_ = received - window_end_ < kWindow ? least_ : microseconds::max();
      least_ = microseconds::max();
      window_end_ = received + kWindow;
    }
    least_ = std::min(least_, apart);
    const microseconds usual = std::min(least_, before_);
    const std::uint64_t excess =
        static_cast<std::uint64_t>(apart.count()) - static_cast<std::uint64_t>(usual.count());
    return microseconds(std::min(excess, std::uint64_t{1} << 40U));
  }

 private:
  base::TimePoint window_end_{};
  std::chrono::microseconds least_ = std::chrono::microseconds::max();   // of this window
  std::chrono::microseconds before_ = std::chrono::microseconds::max();  // of the last one
};

}  // namespace wslb::agent

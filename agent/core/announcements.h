// When an active section tells its neighbours where the VIPs are. One announcement can be lost and
// leaves a router pointing at the dead host for hours, so they are repeated: soon after a take-over
// while switches may still be learning, then for as long as the section is active.
#pragma once

#include <array>
#include <chrono>
#include <optional>

#include "base/time.h"

namespace wslb::agent::core {

class Announcements {
 public:
  static constexpr int burst = 3;  // of the first announcement; the repeats are single
  static constexpr std::array<base::Duration, 3> repeats{
      // after the first
      std::chrono::milliseconds(200), std::chrono::seconds(1), std::chrono::seconds(5)};
  static constexpr base::Duration refresh = std::chrono::seconds(60);

  // The first announcement goes out at `now`.
  void begin(base::TimePoint now) {
    begun_ = now;
    step_ = 0;
    next_ = now + repeats.front();
  }

  void end() { next_.reset(); }

  // True once for each repeat that is due.
  [[nodiscard]] bool take_due(base::TimePoint now) {
    if (!next_ || now < *next_) return false;
    ++step_;
    next_ = step_ < repeats.size() ? begun_ + repeats.at(step_) : now + refresh;
    return true;
  }

  [[nodiscard]] std::optional<base::TimePoint> next() const { return next_; }

 private:
  base::TimePoint begun_;
  std::size_t step_ = 0;
  std::optional<base::TimePoint> next_;
};

}  // namespace wslb::agent::core

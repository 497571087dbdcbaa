// At most `times` in any `period`: for what an outsider could otherwise make us do without end.
#pragma once

#include <cstddef>
#include <deque>

#include "base/time.h"

namespace wslb::agent::core {

class RateLimit {
 public:
  RateLimit(std::size_t times, base::Duration period) : times_(times), period_(period) {}

  // False when it is too often; otherwise counts this one.
  [[nodiscard]] bool allow(base::TimePoint now) {
    while (!taken_.empty() && now - taken_.front() >= period_) taken_.pop_front();
    if (taken_.size() >= times_) return false;
    taken_.push_back(now);
    return true;
  }

 private:
  std::size_t times_;
  base::Duration period_;
  std::deque<base::TimePoint> taken_;  // at most `times_`
};

}  // namespace wslb::agent::core

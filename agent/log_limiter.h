// Lets one line through every ten seconds and counts the others, for faults that come by the
// packet.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/time.h"

namespace wslb::agent {

class LogLimiter {
 public:
  // How many lines were kept back since the last one that was let through; nullopt: this one is
  // too.
  [[nodiscard]] std::optional<std::uint64_t> pass(base::TimePoint now) {
    if (now < next_) {
      ++suppressed_;
      return std::nullopt;
    }
    next_ = now + kInterval;
    return std::exchange(suppressed_, 0);
  }

 private:
  static constexpr std::chrono::seconds kInterval{10};

  base::TimePoint next_;
  std::uint64_t suppressed_ = 0;
};

}  // namespace wslb::agent

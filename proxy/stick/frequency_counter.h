// How often something happened within the last period: the events of the period that runs, and as
// much of the one before as is not over yet. The arithmetic is HAProxy's, so that both see the same
// rates, also of entries that they send each other.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/time.h"

namespace wslb::proxy::stick {

// Milliseconds of the monotonic clock; it wraps, so only differences mean something.
using Tick = std::uint32_t;

[[nodiscard]] inline Tick tick_of(base::TimePoint now) {
  using std::chrono::milliseconds;
  return static_cast<Tick>(std::chrono::floor<milliseconds>(now.time_since_epoch()).count());
}

struct FrequencyCounter {
  Tick begun = 0;  // when the period that runs did
  std::uint32_t current = 0;
  std::uint32_t previous = 0;  // of the period before

  void add(Tick now, std::uint32_t period, std::uint32_t amount) {
    if (now - begun < period) {
      current += amount;
      return;
    }
    previous = current;
    current = amount;
    begun += period;
    if (now - begun < period) return;
    previous = 0;
    begun = now;
  }

  [[nodiscard]] std::uint32_t total(Tick now, std::uint32_t period) const {
    const Tick age = now - begun;
    std::uint64_t past = previous;
    std::uint64_t running = current;
    std::uint64_t left = period - age;
    if (age > period) {
      past = age <= 2 * std::uint64_t{period} ? current : 0;
      left = 2 * std::uint64_t{period} - age;
      running = 0;
    }
    // Lest a single event flap between 0 and 1.
    if (running == 0 && past <= 1) return static_cast<std::uint32_t>(past);
    return static_cast<std::uint32_t>((past * left + running * period) / period);
  }
};

}  // namespace wslb::proxy::stick

// How many of something happen in a second: now, and at most so far. Any thread may count.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/time.h"

namespace wslb::proxy {

class Rate {
 public:
  void add(base::TimePoint now) {
    const std::uint64_t second = second_of(now);
    std::uint64_t seen = current_.load(std::memory_order_relaxed);
    std::uint64_t next = 0;
    do {
      next = seen >> 32 == second ? seen + 1 : second << 32 | 1;
    } while (!current_.compare_exchange_weak(seen, next, std::memory_order_relaxed));
    if (seen >> 32 != second) previous_.store(seen, std::memory_order_relaxed);
    const auto count = static_cast<std::uint32_t>(next);
    std::uint32_t most = most_.load(std::memory_order_relaxed);
    while (most < count && !most_.compare_exchange_weak(most, count, std::memory_order_relaxed)) {
    }
  }

  // Of the second that ends now: what is left of the last whole one counts in proportion.
  [[nodiscard]] std::uint32_t now(base::TimePoint now) const {
    const std::uint64_t second = second_of(now);
    const std::uint64_t current = current_.load(std::memory_order_relaxed);
    const std::uint64_t previous = previous_.load(std::memory_order_relaxed);
    const auto since = now.time_since_epoch() % std::chrono::seconds(1);
    const auto left = 1000 - std::chrono::floor<std::chrono::milliseconds>(since).count();
    const auto part = [left](std::uint64_t of) {
      return static_cast<std::uint32_t>((of & kCount) * static_cast<std::uint64_t>(left) / 1000);
    };
    if (current >> 32 == second) {
      const bool follows = (previous >> 32) + 1 == second;
      return static_cast<std::uint32_t>(current) + (follows ? part(previous) : 0);
    }
    return (current >> 32) + 1 == second ? part(current) : 0;
  }

  [[nodiscard]] std::uint32_t most() const { return most_.load(std::memory_order_relaxed); }
  void forget_most() { most_.store(0, std::memory_order_relaxed); }

 private:
  static constexpr std::uint64_t kCount = 0xffffffff;

  static std::uint64_t second_of(base::TimePoint now) {
    const auto since = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
    return static_cast<std::uint64_t>(since.count()) & kCount;
  }

  // Its second in the upper half, the count in the lower.
  std::atomic<std::uint64_t> current_{0};
  std::atomic<std::uint64_t> previous_{0};
  std::atomic<std::uint32_t> most_{0};
};

}  // namespace wslb::proxy

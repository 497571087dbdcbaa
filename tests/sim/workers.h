// Plays many seeds in several processes: first those that failed once, then the equal starts, then
// the new ones. A process that dies (an assertion, a sanitizer) fails its seed and no other.
#pragma once

#include <cstdint>
#include <string>

#include "tests/sim/scenario.h"

namespace wslb::sim {

struct Order {
  std::uint64_t seeds = 1000;
  std::uint64_t from = 1;
  std::uint64_t starts = 1000;
  std::uint64_t jobs = 0;  // 0: one for each core
  int rounds = 12;
  std::string kept = WSLB_SIM_SEEDS;  // the file of seeds that failed once; a new one is added
};

// Prints what it has gone through, or the first violation with its story. True: no violation.
[[nodiscard]] bool run(const Order& order);

}  // namespace wslb::sim

// One seed's story: a cluster of two to five hosts drawn by lot, and then faults with pauses
// between them, some long enough for everything to settle, and healing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/statistics.h"

namespace wslb::sim {

struct Outcome {
  std::optional<std::string> violation;
  std::vector<std::string> trace;  // only where it was asked for
  std::uint64_t digest = 0;        // of all that happened
};

// `rounds`: how many times something befalls the cluster. A shorter story is the beginning of the
// longer one. What happened is added to `statistics`.
[[nodiscard]] Outcome play(std::uint64_t seed, int rounds, bool tracing, Statistics& statistics);

// All hosts start within a moment with the same priority: one must be active in the end.
[[nodiscard]] Outcome play_start(std::uint64_t seed, bool tracing, Statistics& statistics);

}  // namespace wslb::sim

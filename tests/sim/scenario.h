// One seed's story: a cluster of two to five hosts with a configuration drawn by lot, and then
// disturbances with pauses between them, some long enough for everything to settle.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wslb::sim {

struct Outcome {
  std::optional<std::string> violation;
  std::vector<std::string> trace;
};

[[nodiscard]] Outcome play(std::uint64_t seed);

}  // namespace wslb::sim

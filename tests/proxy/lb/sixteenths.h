// Weights as balancers count them.
#pragma once

#include <cstdint>
#include <vector>

#include "proxy/lb/server_state.h"

namespace wslb::proxy::lb {

inline std::vector<std::uint32_t> sixteenths(const std::vector<int>& weights) {
  std::vector<std::uint32_t> result;
  for (const int weight : weights)
    result.push_back(kSixteenths * static_cast<std::uint32_t>(weight));
  return result;
}

}  // namespace wslb::proxy::lb

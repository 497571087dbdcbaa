// A table with one place for each unit of weight: `balance static-rr` walks it, a map-based hash
// takes the place `hash % size`. Servers come in HAProxy's order (weights 3,2,1 give AABABC).
// Weights are the configuration's own; neither slowstart nor small changes at run time show.
// Backend owns it and says which servers take part.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace wslb::proxy::lb {

class ServerMap {
 public:
  // Weights in sixteenths, in the order of the configuration; 0: takes no part.
  explicit ServerMap(std::vector<std::uint32_t> weights);

  void set_weight(std::size_t server, std::uint32_t weight);

  // The hash's server, whether it has a free slot or not; nullopt: no server takes part.
  [[nodiscard]] std::optional<std::size_t> at(std::uint32_t hash) const;
  // The next in turn that `takes` accepts.
  std::optional<std::size_t> next(const std::function<bool(std::size_t)>& takes);

 private:
  void build();

  std::vector<std::uint32_t> weights_;
  std::uint32_t divisor_ = 1;  // common to all weights, so that the table is short
  std::vector<std::uint32_t> places_;
  std::size_t turn_ = 0;
};

}  // namespace wslb::proxy::lb

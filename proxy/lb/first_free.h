// `balance first`: the server with the lowest id that has a free slot, so that the fewest are used.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace wslb::proxy::lb {

class FirstFree {
 public:
  FirstFree(const std::vector<std::uint32_t>& ids, std::vector<std::uint32_t> weights)
      : weights_(std::move(weights)) {
    for (std::size_t i = 0; i < ids.size(); ++i) by_id_.push_back(i);
    std::ranges::sort(by_id_, {}, [&ids](std::size_t i) { return ids[i]; });
  }

  // 0: takes no part; otherwise a weight means nothing here.
  void set_weight(std::size_t server, std::uint32_t weight) { weights_.at(server) = weight; }

  [[nodiscard]] std::optional<std::size_t> next(
      const std::function<bool(std::size_t)>& takes) const {
    for (const std::size_t server : by_id_) {
      if (weights_[server] > 0 && takes(server)) return server;
    }
    return std::nullopt;
  }

 private:
  std::vector<std::uint32_t> weights_;
  std::vector<std::size_t> by_id_;
};

}  // namespace wslb::proxy::lb

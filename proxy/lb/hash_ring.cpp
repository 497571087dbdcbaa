#include "proxy/lb/hash_ring.h"

#include <algorithm>
#include <utility>

#include "proxy/lb/hash.h"

namespace wslb::proxy::lb {
namespace {

// A server has at most 256 * 16 points, so those of different ids never have the same number.
constexpr std::uint32_t kPointsMax = 256 * 16;

}  // namespace

HashRing::HashRing(std::vector<std::uint32_t> ids, std::vector<std::uint32_t> weights)
    : ids_(std::move(ids)), weights_(std::move(weights)) {
  build();
}

void HashRing::set_weight(std::size_t server, std::uint32_t weight) {
  if (weights_.at(server) == weight) return;
  weights_[server] = weight;
  build();
}

void HashRing::build() {
  points_.clear();
  last_.reset();
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    for (std::uint32_t point = 0; point < weights_[i]; ++point) {
      points_.push_back({avalanche(ids_[i] * kPointsMax + point), static_cast<std::uint32_t>(i)});
    }
  }
  std::ranges::stable_sort(points_, {}, &Point::key);
}

std::optional<std::size_t> HashRing::at(std::uint32_t hash, const Takes& takes) const {
  if (points_.empty()) return std::nullopt;
  const std::size_t size = points_.size();
  const auto found = std::ranges::lower_bound(points_, hash, {}, &Point::key);
  const auto after = static_cast<std::size_t>(found - points_.begin()) % size;
  const std::size_t before = (after + size - 1) % size;
  // Distances around the ring; of two equal ones the point before wins.
  const bool before_is_nearer = hash - points_[before].key <= points_[after].key - hash;
  const std::size_t nearest = before_is_nearer ? before : after;
  for (std::size_t step = 0; step < size; ++step) {
    const std::size_t server = points_[(nearest + step) % size].server;
    if (takes(server)) return server;
  }
  return points_[nearest].server;
}

std::optional<std::size_t> HashRing::next(const Takes& takes) {
  const std::size_t size = points_.size();
  const std::size_t first = last_ ? *last_ + 1 : 0;
  for (std::size_t step = 0; step < size; ++step) {
    const std::size_t point = (first + step) % size;
    last_ = point;
    if (takes(points_[point].server)) return points_[point].server;
  }
  return std::nullopt;
}

}  // namespace wslb::proxy::lb

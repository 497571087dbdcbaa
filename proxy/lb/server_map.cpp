#include "proxy/lb/server_map.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace wslb::proxy::lb {

ServerMap::ServerMap(std::vector<std::uint32_t> weights) : weights_(std::move(weights)) {
  std::uint32_t divisor = 0;
  for (const std::uint32_t weight : weights_) divisor = std::gcd(divisor, weight);
  divisor_ = std::max(divisor, 1U);
  build();
}

void ServerMap::set_weight(std::size_t server, std::uint32_t weight) {
  weights_.at(server) = weight;
  build();
}

// Every place goes to the server with the largest credit; of equals the first.
void ServerMap::build() {
  std::int64_t total = 0;
  for (const std::uint32_t weight : weights_) total += weight / divisor_;
  places_.clear();
  std::vector<std::int64_t> credit(weights_.size(), 0);
  for (std::int64_t place = 0; place < total; ++place) {
    std::optional<std::size_t> best;
    std::int64_t most = 0;
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      if (weights_[i] == 0) continue;
      credit[i] += weights_[i] / divisor_;
      const std::int64_t rank = (credit[i] + total) / total;
      if (!best || rank > most) {
        best = i;
        most = rank;
      }
    }
    credit[*best] -= total;
    places_.push_back(static_cast<std::uint32_t>(*best));
  }
}

std::optional<std::size_t> ServerMap::at(std::uint32_t hash) const {
  if (places_.empty()) return std::nullopt;
  return places_[hash % places_.size()];
}

std::optional<std::size_t> ServerMap::next(const std::function<bool(std::size_t)>& takes) {
  if (turn_ >= places_.size()) turn_ = 0;
  for (std::size_t step = 0; step < places_.size(); ++step) {
    const std::size_t place = (turn_ + step) % places_.size();
    if (!takes(places_[place])) continue;
    turn_ = place + 1;
    return places_[place];
  }
  return std::nullopt;
}

}  // namespace wslb::proxy::lb

#include "proxy/lb/least_conn.h"

#include <cassert>
#include <utility>

namespace wslb::proxy::lb {

namespace {

constexpr std::uint32_t kWeightMax = 256;

}  // namespace

LeastConn::LeastConn(const std::vector<int>& weights) {
  members_.reserve(weights.size());
  for (const int weight : weights) {
    Member member;
    member.weight = static_cast<std::uint32_t>(weight);
    member.enabled = weight > 0;
    member.since = ++changes_;
    members_.push_back(member);
  }
}

void LeastConn::enable(std::size_t server) {
  Member& member = members_.at(server);
  assert(member.weight > 0);
  if (member.enabled) return;
  member.enabled = true;
  member.since = ++changes_;
}

void LeastConn::disable(std::size_t server) {
  members_.at(server).enabled = false;
}

void LeastConn::set_in_flight(std::size_t server, std::uint32_t in_flight) {
  Member& member = members_.at(server);
  if (member.weight == 0) return;
  // One more than is in flight: what the load would be with the request to be placed.
  const std::uint32_t load = in_flight == 0 ? 0 : (in_flight + 1) * kWeightMax / member.weight;
  if (load == member.load) return;
  member.load = load;
  member.since = ++changes_;
}

std::optional<std::size_t> LeastConn::next(const std::function<bool(std::size_t)>& takes) const {
  const auto rank = [](const Member& member) { return std::pair(member.load, member.since); };
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (!members_[i].enabled) continue;
    if (best && rank(members_[*best]) < rank(members_[i])) continue;
    if (takes(i)) best = i;
  }
  return best;
}

}  // namespace wslb::proxy::lb

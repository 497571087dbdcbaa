#include "proxy/lb/least_conn.h"

#include <utility>

namespace wslb::proxy::lb {

namespace {

constexpr std::uint64_t kWeightMax = 256ULL * 16;

}  // namespace

LeastConn::LeastConn(const std::vector<std::uint32_t>& weights) {
  members_.reserve(weights.size());
  for (const std::uint32_t weight : weights) {
    Member member;
    member.weight = weight;
    member.since = ++changes_;
    members_.push_back(member);
  }
}

void LeastConn::set_weight(std::size_t server, std::uint32_t weight) {
  Member& member = members_.at(server);
  if (member.weight == weight) return;
  member.weight = weight;
  update(member, true);
}

void LeastConn::set_in_flight(std::size_t server, std::uint32_t in_flight) {
  Member& member = members_.at(server);
  member.in_flight = in_flight;
  update(member, false);
}

void LeastConn::update(Member& member, bool enters) {
  if (member.weight == 0) return;
  // One more than is in flight: what the load would be with the request to be placed.
  const std::uint64_t load =
      member.in_flight == 0 ? 0 : (member.in_flight + 1ULL) * kWeightMax / member.weight;
  if (load == member.load && !enters) return;
  member.load = load;
  member.since = ++changes_;
}

std::optional<std::size_t> LeastConn::next(const std::function<bool(std::size_t)>& takes) const {
  const auto rank = [](const Member& member) { return std::pair(member.load, member.since); };
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (members_[i].weight == 0) continue;
    if (best && rank(members_[*best]) < rank(members_[i])) continue;
    if (takes(i)) best = i;
  }
  return best;
}

}  // namespace wslb::proxy::lb

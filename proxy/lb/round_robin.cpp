#include "proxy/lb/round_robin.h"

#include <algorithm>
#include <tuple>

namespace wslb::proxy::lb {

RoundRobin::RoundRobin(const std::vector<std::uint32_t>& weights) {
  members_.reserve(weights.size());
  for (const std::uint32_t weight : weights) {
    Member member;
    member.weight = weight;
    total_ += weight;
    members_.push_back(member);
  }
}

void RoundRobin::set_weight(std::size_t server, std::uint32_t weight) {
  Member& member = members_.at(server);
  const bool comes_back = member.weight == 0 && weight > 0;
  const std::int64_t before = member.weight;
  if (before == weight) return;
  total_ += weight - before;
  member.weight = weight;
  if (weight == 0) return;
  if (comes_back) {
    member.due = turn_ + std::max<std::int64_t>(total_ - turn_, 0) / member.weight;
    return schedule(member);
  }
  if (!member.started) return;
  // Its share from its last turn on, but never later than it was due.
  if (member.in_next_cycle) member.due += total_;
  const std::int64_t step = total_ / member.weight;
  member.due = std::min(member.last + step, member.due);
  if (member.due < turn_ + 2) member.due = turn_ + step;
  member.remainder = 0;
  schedule(member);
}

std::optional<std::size_t> RoundRobin::next(const std::function<bool(std::size_t)>& takes) {
  std::vector<bool> asked(members_.size(), false);
  bool cycle_ended = false;
  for (;;) {
    const auto first = first_in_line(asked);
    if (!first) {
      if (cycle_ended) return std::nullopt;
      cycle_ended = true;
      begin_next_cycle();
      continue;
    }
    take_turn(members_[*first]);
    if (takes(*first)) return first;
    asked[*first] = true;
  }
}

std::optional<std::size_t> RoundRobin::first_in_line(const std::vector<bool>& asked) const {
  // Where two are due at the same turn, the one whose share is least used up goes first.
  const auto rank = [](const Member& member) {
    return std::tuple(member.due, member.remainder - member.weight, member.scheduled);
  };
  std::optional<std::size_t> due;
  std::optional<std::size_t> fresh;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const Member& member = members_[i];
    if (member.weight == 0 || member.in_next_cycle || asked[i]) continue;
    if (member.started) {
      if (!due || rank(member) < rank(members_[*due])) due = i;
    } else if (!fresh || member.weight > members_[*fresh].weight) {
      fresh = i;
    }
  }
  if (due && members_[*due].due <= turn_) return due;
  return fresh ? fresh : due;
}

void RoundRobin::begin_next_cycle() {
  for (Member& member : members_) member.in_next_cycle = false;
  turn_ = 0;
}

void RoundRobin::take_turn(Member& member) {
  if (!member.started) member.due = turn_;
  member.last = member.due;
  member.remainder += total_ % member.weight;
  member.due += total_ / member.weight + member.remainder / member.weight;
  member.remainder %= member.weight;
  ++turn_;
  schedule(member);
}

void RoundRobin::schedule(Member& member) {
  member.started = true;
  member.in_next_cycle = member.due >= total_;
  if (member.in_next_cycle) member.due -= total_;
  member.scheduled = ++schedules_;
}

}  // namespace wslb::proxy::lb

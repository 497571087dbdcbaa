#include "proxy/lb/round_robin.h"

#include <algorithm>
#include <cassert>
#include <tuple>

namespace wslb::proxy::lb {

namespace {

constexpr std::int64_t kRoundsPerCycle = 16;

}  // namespace

RoundRobin::RoundRobin(const std::vector<int>& weights) {
  members_.reserve(weights.size());
  for (const int weight : weights) {
    Member member;
    member.weight = weight;
    member.enabled = weight > 0;
    members_.push_back(member);
  }
  total_changed();
}

void RoundRobin::enable(std::size_t server) {
  Member& member = members_.at(server);
  assert(member.weight > 0);
  if (member.enabled) return;
  member.enabled = true;
  total_changed();
  const std::int64_t left = std::max<std::int64_t>(cycle_ - turn_, 0);
  member.due = turn_ + left / (kRoundsPerCycle * member.weight);
  schedule(member);
}

void RoundRobin::disable(std::size_t server) {
  members_.at(server).enabled = false;
  total_changed();
}

void RoundRobin::total_changed() {
  total_ = 0;
  for (const Member& member : members_) total_ += member.enabled ? member.weight : 0;
  cycle_ = kRoundsPerCycle * total_;
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
    if (!member.enabled || member.in_next_cycle || asked[i]) continue;
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
  member.remainder += total_ % member.weight;
  member.due += total_ / member.weight + member.remainder / member.weight;
  member.remainder %= member.weight;
  ++turn_;
  schedule(member);
}

void RoundRobin::schedule(Member& member) {
  member.started = true;
  member.in_next_cycle = member.due >= cycle_;
  if (member.in_next_cycle) member.due -= cycle_;
  member.scheduled = ++schedules_;
}

}  // namespace wslb::proxy::lb

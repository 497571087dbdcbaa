// HAProxy's dynamic weighted round robin: over any stretch of picks each server gets its share by
// weight, spread out evenly, in HAProxy's order (weights 5,1,1 give AAABAAC).
//
// Think of numbered turns, one for each pick. A server of weight w is due every total/w turns.
// A turn goes to the server that is due; where none is, to one that had no turn yet, heaviest
// first; else to the one due next. A server that cannot take its turn (full, avoided) loses it.
// Turns are counted anew after each cycle of `total`, in sixteenths; a server that comes back gets
// its first turn after its share of what is left of the cycle. Verified by running HAProxy 2.6.
// Backend owns it and says which servers take part; no clock, no randomness.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace wslb::proxy::lb {

class RoundRobin {
 public:
  // Weights in sixteenths, in the order of the configuration; 0: takes no part.
  explicit RoundRobin(const std::vector<std::uint32_t>& weights);

  void set_weight(std::size_t server, std::uint32_t weight);

  // The next server among those enabled that `takes` accepts; nullopt: none does.
  std::optional<std::size_t> next(const std::function<bool(std::size_t)>& takes);

 private:
  struct Member {
    std::int64_t weight = 0;      // 0: takes no part
    bool started = false;         // has a due turn, unlike at the start
    bool in_next_cycle = false;   // `due` counts from the next cycle's begin
    std::int64_t due = 0;         // turn
    std::int64_t last = 0;        // turn that it had
    std::int64_t remainder = 0;   // of total / weight; carried, so that no share is lost
    std::uint64_t scheduled = 0;  // order in which dues were set
  };

  [[nodiscard]] std::optional<std::size_t> first_in_line(const std::vector<bool>& asked) const;
  void begin_next_cycle();
  void take_turn(Member& member);
  void schedule(Member& member);

  std::vector<Member> members_;
  std::int64_t total_ = 0;  // of all weights: a cycle's turns
  std::int64_t turn_ = 0;   // 0 .. total_
  std::uint64_t schedules_ = 0;
};

}  // namespace wslb::proxy::lb

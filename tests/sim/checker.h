// What the hosts of a cluster owe together, judged from their kernels and networks alone; what each
// owes by itself, Witness checks.
//
//  - Doubles: of two awake hosts that have the same VIP, one advertises more (priority, then
//    address). Where its adverts surely reach the other, the other gives way within one interval of
//    the former and one transit; where both hear each other, the pair ends within twice that,
//    whoever wins. Where only the better one hears the other, no VRRP router could know: such a
//    pair is judged after the heal.
//  - Outage: in a whole network with a fit host, somebody has the VIP within the Active-Down time
//  of
//    the slowest fit host, plus an interval and the transits; start_delay comes on top, and for
//    groups another Active-Down time.
//  - Flapping: in a whole network that nobody disturbs, no VIP moves once it has settled, whatever
//    an attacker sends where adverts are signed.
//  - At the end of a quiet time: exactly one active host where one is fit, at most one elsewhere;
//    with `preempt on` none of lower priority than another fit one; advertising its configured
//    priority.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/sim/witness.h"
#include "tests/sim/world.h"

namespace wslb::sim {

class Checker {
 public:
  explicit Checker(World& world);

  // Call after each step. The first violation stays.
  void observe();
  // Whatever the scenario did to the world resets the patience of the checks.
  void disturbed();
  // The world has been undisturbed for settling_time(), and as long as that again.
  void judge_quiet();
  // By preempt and priority the active host is determined: no command, no split of a group.
  void priorities_count(bool count) { priorities_count_ = count; }

  // How long it takes at most until no VIP moves any more.
  [[nodiscard]] Duration settling_time() const;
  [[nodiscard]] bool is_quiet() const;
  // No VIP moves any more.
  [[nodiscard]] bool is_settled() const { return world_.now() - disturbed_ > settling_time(); }
  // The awake hosts that have the VIP.
  [[nodiscard]] const std::vector<std::size_t>& owners(std::size_t section) const {
    return sightings_[section].owners;
  }
  [[nodiscard]] const Witness& witness() const { return witness_; }
  [[nodiscard]] const std::optional<std::string>& violation() const {
    return violation_ ? violation_ : witness_.violation();
  }
  void fail(std::size_t section, const std::string& what);

 private:
  struct Sighting {
    std::vector<std::size_t> owners;                // awake hosts with the VIP at the last look
    std::vector<std::optional<TimePoint>> beaten;   // by pair, winner first
    std::vector<std::optional<TimePoint>> doubled;  // by pair, lower number first
    std::vector<std::optional<TimePoint>> linked;   // likewise
    bool paired = false;                            // one of these is set
    std::optional<TimePoint> missing;               // since when nobody has it
    std::optional<TimePoint> lost;                  // the same, for the statistics
  };

  void look(std::size_t section, Sighting& sighting);
  void moved(std::size_t section, Sighting& sighting, std::vector<std::size_t> owners);
  void check_doubles(std::size_t section, Sighting& sighting);
  void check_pair(std::size_t section, Sighting& sighting, std::size_t a, std::size_t b);
  void check_outage(std::size_t section, Sighting& sighting);
  void judge_section(std::size_t section);
  [[nodiscard]] bool beats(std::size_t section, std::size_t winner, std::size_t loser) const;
  [[nodiscard]] bool hears(std::size_t section, std::size_t from, std::size_t to) const;
  [[nodiscard]] Duration overlap(std::size_t section) const;
  [[nodiscard]] Duration outage(std::size_t section) const;
  [[nodiscard]] Duration stretch(Duration shown) const;
  [[nodiscard]] bool has_strangers() const;
  [[nodiscard]] bool was_doubted() const;
  [[nodiscard]] bool was_attacked() const;
  [[nodiscard]] bool any_fit(std::size_t section) const;

  World& world_;
  Witness witness_;
  std::vector<Sighting> sightings_;  // by section
  TimePoint disturbed_;
  bool priorities_count_ = true;
  std::optional<std::string> violation_;
};

}  // namespace wslb::sim

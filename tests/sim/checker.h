// What must hold whatever happens. The checker looks only at the world, never into a node's mind:
// who has the VIP in its kernel, who can hear whom, whose proxy lives.
//
//  - Nobody whose proxy is dead has a VIP (once its agent is awake to see it).
//  - Of hosts that hear each other without loss, two have the same VIP for no longer than one
//    interval and one transit.
//  - Where a fit host is, somebody has the VIP again after the Active-Down time of the lowest
//    priority, plus an interval and the transits.
//  - While nothing disturbs the world, no VIP moves once it has settled.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/sim/world.h"

namespace wslb::sim {

class Checker {
 public:
  explicit Checker(const World& world);

  // Call after each step. The first violation stays.
  void observe();
  // Now and then: who says to be active has the VIP, and nobody else.
  void check_states();
  // Whatever the scenario did to the world resets the patience of the checks.
  void disturbed();

  [[nodiscard]] const std::optional<std::string>& violation() const { return violation_; }

 private:
  struct Sighting {
    std::vector<std::size_t> owners;  // hosts with the VIP at the last look
    std::optional<TimePoint> doubled;
    std::optional<TimePoint> missing;
  };

  void check_proxies();
  void check_double(std::size_t section, Sighting& sighting);
  void check_missing(std::size_t section, Sighting& sighting);
  void check_flapping(std::size_t section, Sighting& sighting);
  void fail(std::size_t section, const std::string& what);
  [[nodiscard]] bool is_fit(const Host& host) const;
  [[nodiscard]] bool can_judge() const;
  [[nodiscard]] Duration active_down() const;

  const World& world_;
  std::vector<Sighting> sightings_;  // by section
  TimePoint disturbed_;
  std::optional<std::string> violation_;
};

}  // namespace wslb::sim

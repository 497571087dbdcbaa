// What befalls the cluster of one story: faults of every kind by lot, commands and their answers,
// and the end of it all.
#pragma once

#include <optional>
#include <string>

#include "tests/sim/attacker.h"
#include "tests/sim/checker.h"
#include "tests/sim/cluster.h"
#include "tests/sim/world.h"

namespace wslb::sim {

class Disturber {
 public:
  Disturber(World& world, Checker& checker, Random& random);

  void disturb();
  void heal();

  // An attacker is at it just now.
  [[nodiscard]] bool attacks() const { return attacking_; }
  [[nodiscard]] Duration until_strike();
  void strike() { attacker_.strike(); }

  // After a long time without other disturbances: whether the last command was obeyed.
  void judge_command();

 private:
  void disturb_host(std::size_t host);
  void disturb_agent(std::size_t host);
  void disturb_network(std::size_t host);
  void disturb_addresses(std::size_t host);
  void split(std::size_t network);
  // `settled`: it meets a quiet cluster.
  void command(std::size_t host, bool settled);
  void command_pair();
  void die_halfway(std::size_t commanded, std::size_t active);
  void pause(std::size_t host);
  void fail_adds(std::size_t host);
  void count(Fault fault) { world_.statistics().count(fault); }
  void note(const std::string& text) { world_.note(world_.hosts().size(), text); }
  [[nodiscard]] std::size_t draw_host() { return random_.below(world_.hosts().size()); }
  [[nodiscard]] std::string draw_target();
  [[nodiscard]] bool all_in_best_order() const;

  World& world_;
  Checker& checker_;
  Random& random_;
  Attacker attacker_;
  bool attacking_ = false;
  bool touches_network_;
  bool touches_addresses_;
  bool commands_;
  bool attacked_;

  // A command that met a quiet cluster and that nothing has disturbed since.
  struct Expectation {
    std::size_t section = 0;
    std::optional<std::size_t> active;    // this host shall be
    std::optional<std::size_t> inactive;  // this host shall not be
  };
  std::optional<Expectation> expected_;
};

}  // namespace wslb::sim

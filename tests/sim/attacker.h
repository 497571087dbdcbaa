// An attacker on the network who knows no key: sends recorded packets again, changed ones, and
// garbage. Where adverts must be signed none of it may do anything; where they need not be, it
// sends only what every receiver must refuse.
#pragma once

#include "tests/sim/world.h"

namespace wslb::sim {

class Attacker {
 public:
  explicit Attacker(World& world);

  // One packet to one host.
  void strike();

 private:
  bool replay(std::size_t victim);
  void forge(std::size_t victim);
  void throw_garbage(std::size_t victim);
  [[nodiscard]] const Frame* recorded();

  World& world_;
  bool signed_;  // every host refuses what is not signed
};

}  // namespace wslb::sim

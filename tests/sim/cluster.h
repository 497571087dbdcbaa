// The cluster of one seed, drawn by lot: hosts, sections, priorities, intervals, keys.
#pragma once

#include <vector>

#include "config/config.h"
#include "tests/sim/random.h"
#include "vrrp/keyring.h"

namespace wslb::sim {

struct Cluster {
  std::vector<config::Config> configs;  // by host; they differ while an operator changes them
  vrrp::Keyring keys;                   // empty: adverts are not signed
};

[[nodiscard]] Cluster draw_cluster(Random& random);
// Two to five hosts with one section and the same priority.
[[nodiscard]] Cluster draw_equals(Random& random);

}  // namespace wslb::sim

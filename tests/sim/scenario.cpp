#include "tests/sim/scenario.h"

#include <chrono>

#include "tests/sim/disturber.h"

namespace wslb::sim {

namespace {

using namespace std::chrono_literals;

// By a chance of its own, so that the stories of earlier seeds stay what they were.
Cluster with_patience(Cluster cluster, std::uint64_t seed) {
  Random random(seed ^ 0x7661756c74U);
  const Duration patience = random.chance(40) ? Duration(0) : random.between(1ms, 400ms);
  for (config::Config& config : cluster.configs) config.cluster->takeover_after = patience;
  return cluster;
}

class Scenario {
 public:
  Scenario(std::uint64_t seed, bool tracing)
      : random_(seed),
        cluster_(with_patience(draw_cluster(random_), seed)),
        world_(cluster_.configs, cluster_.keys, seed, tracing),
        checker_(world_),
        disturber_(world_, checker_, random_) {
    world_.set_observer([this] { checker_.observe(); });
    draw_clocks();
  }

  Outcome play(int rounds, Statistics& statistics) {
    for (std::size_t i = 0; i < world_.hosts().size(); ++i) {
      world_.boot(i);
      if (random_.chance(50)) world_.run_for(random_.between(0ms, 5 * interval()));
    }
    rest(true);
    for (int round = 0; round < rounds && !over(); ++round) {
      for (std::size_t i = 0; i < 1 + random_.below(3); ++i) {
        disturber_.disturb();
        if (random_.chance(60)) rest(false);
      }
      rest(random_.chance(50));
      if (random_.chance(40)) heal();
    }
    if (!over()) heal();
    world_.statistics().seeds = 1;
    world_.statistics().steps = world_.steps();
    world_.statistics().simulated = world_.now() - begun_;
    statistics.add(world_.statistics());
    return {checker_.violation(), world_.trace(), world_.digest()};
  }

 private:
  [[nodiscard]] bool over() const { return checker_.violation().has_value(); }
  [[nodiscard]] Duration interval() const {
    return checker_.witness().slowest(world_.sections() - 1);
  }

  void draw_clocks() {
    for (Host& host : world_.hosts()) {
      const auto ppm = static_cast<std::int64_t>(random_.below(1001)) - 500;
      const bool bad = random_.chance(4);
      host.clock = HostClock(bad ? ppm * 100 : ppm, random_.between(0s, 1000s));
      host.wall_seconds = 1'700'000'000U + static_cast<std::uint32_t>(random_.below(5));
    }
  }

  // Long: until everything has settled, and some more to see that it stays so.
  void rest(bool is_long) {
    if (over()) return;
    checker_.disturbed();
    const Duration settling = checker_.settling_time();
    const Duration length =
        is_long ? settling + 6 * interval() : random_.between(Duration(0), 6 * interval());
    const TimePoint end = world_.now() + length;
    while (world_.now() < end && !over()) {
      const bool attacked = disturber_.attacks();
      if (world_.is_stuck()) break;
      world_.run_until(attacked ? std::min(end, world_.now() + disturber_.until_strike()) : end);
      if (world_.is_stuck()) checker_.fail(0, "a timer is due again and again, time stands still");
      if (attacked && world_.now() < end) disturber_.strike();
    }
    if (is_long && !over()) {
      checker_.judge_quiet();
      disturber_.judge_command();
    }
  }

  void heal() {
    disturber_.heal();
    rest(true);
  }

  Random random_;
  Cluster cluster_;
  World world_;
  Checker checker_;
  Disturber disturber_;
  TimePoint begun_ = world_.now();
};

}  // namespace

Outcome play(std::uint64_t seed, int rounds, bool tracing, Statistics& statistics) {
  return Scenario(seed, tracing).play(rounds, statistics);
}

Outcome play_start(std::uint64_t seed, bool tracing, Statistics& statistics) {
  Random random(seed);
  const Cluster cluster = draw_equals(random);
  World world(cluster.configs, cluster.keys, seed, tracing);
  Checker checker(world);
  const Duration interval = checker.witness().slowest(0);
  TimePoint single{};  // since when one host alone has been active
  bool doubled = false;
  world.set_observer([&] {
    checker.observe();
    const std::size_t owners = checker.owners(0).size();
    doubled = doubled || owners > 1;
    if (owners != 1) single = {};
    if (owners == 1 && single == TimePoint{}) single = world.now();
  });
  checker.disturbed();
  for (std::size_t i = 0; i < world.hosts().size(); ++i) {
    world.boot(i);
    world.run_for(random.between(Duration(0), 2ms));
  }
  const TimePoint begun = world.now();
  world.run_for(checker.settling_time() + 30 * interval);
  checker.judge_quiet();
  Statistics own;
  own.simulated = world.now() - begun;
  own.steps = world.steps();
  if (single != TimePoint{}) own.starts.add(single - begun);
  own.start_doubles = doubled ? 1 : 0;
  statistics.add(own);
  if (single == TimePoint{}) checker.fail(0, "not one host is active after an equal start");
  return {checker.violation(), world.trace(), world.digest()};
}

}  // namespace wslb::sim

#include "tests/sim/scenario.h"

#include <array>
#include <chrono>

#include "tests/sim/checker.h"
#include "tests/sim/world.h"

namespace wslb::sim {

namespace {

using namespace std::chrono_literals;

config::Config draw_config(Random& random) {
  config::Config config;
  config.cluster.emplace();
  config.cluster->name = "sim";
  const std::size_t hosts = 2 + random.below(4);
  for (std::size_t i = 0; i < hosts; ++i) {
    const auto last = static_cast<std::uint8_t>(11 + i);
    config.cluster->nodes.push_back(
        {"lb" + std::to_string(i + 1), base::IpAddress(base::IpAddress::V4{10, 0, 0, last}), {}});
  }
  constexpr std::array<int, 3> intervals{1, 10, 100};
  const base::Centiseconds advert(intervals.at(random.below(3)));
  const bool unicast = random.chance(50);
  const bool grouped = random.chance(50);
  const bool equal = random.chance(20);
  const std::size_t preempt = random.below(3);
  const std::size_t sections = 1 + random.below(2);
  for (std::size_t i = 0; i < sections; ++i) {
    const auto number = static_cast<std::uint8_t>(1 + i);
    config::VrrpSection section;
    section.name = "v" + std::to_string(number);
    section.interface = "eth" + std::to_string(i);
    section.vrid = number;
    section.vips = {{base::IpAddress(base::IpAddress::V4{10, 0, number, 100}), 24}};
    section.advert = advert;
    section.transport = unicast ? config::Transport::Unicast : config::Transport::Multicast;
    section.preempt = {.enabled = preempt > 0, .after = preempt > 1 ? 500ms : 0ms};
    if (grouped) section.group = "g";
    if (equal) {
      for (const config::Node& node : config.cluster->nodes) {
        section.priorities.push_back({node.name, 100});
      }
    }
    config.vrrps.push_back(std::move(section));
  }
  return config;
}

class Scenario {
 public:
  explicit Scenario(std::uint64_t seed)
      : random_(seed), world_(draw_config(random_), seed + 1), checker_(world_) {}

  Outcome play() {
    for (std::size_t i = 0; i < world_.hosts().size(); ++i) world_.boot(i);
    pause(true);
    for (int round = 0; round < 24 && !checker_.violation(); ++round) {
      disturb();
      pause(random_.chance(40));
    }
    heal();
    pause(true);
    if (commands_ != world_.command_answers() && !checker_.violation()) {
      return {"a command was not answered exactly once", world_.trace()};
    }
    return {checker_.violation(), world_.trace()};
  }

 private:
  // Long: until everything has settled, and as long again to see that it stays so.
  void pause(bool is_long) {
    checker_.disturbed();
    checker_.observe();
    const Duration interval = world_.config().vrrps.front().advert;
    const Duration length = is_long ? 30 * interval + world_.config().vrrps.front().preempt.after
                                    : random_.between(Duration(0), 6 * interval);
    const TimePoint end = world_.now() + length;
    world_.run_until(end, [this] { checker_.observe(); });
    checker_.observe();
    checker_.check_states();
  }

  void disturb() {
    const std::size_t index = random_.below(world_.hosts().size());
    Host& host = world_.hosts()[index];
    const std::size_t section = random_.below(world_.config().vrrps.size());
    switch (random_.below(9)) {
      case 0:
        if (host.node)
          world_.power_off(index);
        else
          world_.boot(index);
        break;
      case 1:
        if (host.node) world_.stop(index);
        break;
      case 2:
        if (host.node) world_.set_proxy(index, !host.proxy_up);
        break;
      case 3:
        world_.set_link(index, section, !host.link_up[section]);
        break;
      case 4:
        if (host.awake()) sleep(index);
        break;
      case 5:
        world_.remove_vip(index, section);
        break;
      case 6:
        host.side[section] = host.side[section] == 0 ? 1 : 0;
        world_.note(host.name + (host.side[section] == 0 ? " rejoins " : " is cut off ") +
                    world_.config().vrrps[section].name);
        break;
      case 7:
        world_.set_loss(world_.loss() > 0 ? 0 : 10 + random_.below(40));
        world_.note("packets lost: " + std::to_string(world_.loss()) + " %");
        break;
      default:
        command(index);
    }
  }

  void sleep(std::size_t index) {
    const Duration interval = world_.config().vrrps.front().advert;
    world_.sleep(index, random_.between(Duration(0), 12 * interval));
  }

  void command(std::size_t index) {
    if (!world_.hosts()[index].awake()) return;
    const std::size_t to = random_.below(world_.hosts().size() + 1);
    ++commands_;
    world_.failover(index, to < world_.hosts().size() ? world_.hosts()[to].name : "");
  }

  void heal() {
    world_.note("all is mended");
    world_.set_loss(0);
    for (std::size_t i = 0; i < world_.hosts().size(); ++i) {
      Host& host = world_.hosts()[i];
      for (int& side : host.side) side = 0;
      for (std::size_t section = 0; section < host.side.size(); ++section) {
        if (!host.link_up[section]) world_.set_link(i, section, true);
      }
      if (!host.node)
        world_.boot(i);
      else if (!host.proxy_up)
        world_.set_proxy(i, true);
    }
  }

  Random random_;
  World world_;
  Checker checker_;
  std::size_t commands_ = 0;
};

}  // namespace

Outcome play(std::uint64_t seed) {
  return Scenario(seed).play();
}

}  // namespace wslb::sim

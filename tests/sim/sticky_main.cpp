// sticky_sim: stories of sticky tables on two to four hosts: changes on all of them, agents and
// proxies that crash, links that are cut, clocks that are wrong; after each story the hosts must be
// equal, nothing that a living proxy pins may be lost, a change must be everywhere within a second,
// every proxy must know how busy the others are, of two changes the newer one must win although its
// agent or the other one was stopped, and in the end nothing may be kept for ever.
//   sticky_sim [--seeds N] [--from S]
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "tests/sim/sticky_world.h"

namespace wslb::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class Story {
 public:
  explicit Story(std::uint64_t seed) : random_(seed), world_(2 + random_.below(3), random_) {}

  std::optional<std::string> play() {
    for (int round = 0; round < 4; ++round) {
      disturb();
      world_.heal();
      world_.run(seconds(20));
      if (auto wrong = settle()) return wrong;
      if (auto wrong = change_spreads()) return wrong;
      if (auto wrong = newer_wins()) return wrong;
    }
    world_.run(StickyWorld::kExpire + seconds(120));
    return world_.judge_emptiness();
  }

  [[nodiscard]] std::string describe() const { return world_.describe(); }

 private:
  std::size_t host() { return random_.below(world_.hosts()); }
  std::string key() { return "key" + std::to_string(random_.below(40)); }

  void disturb() {
    const bool faults = random_.chance(90);
    for (int i = 0; i < 200; ++i) {
      change();
      if (faults && random_.chance(15)) fault();
      world_.run(random_.chance(5) ? random_.between(seconds(1), seconds(30))
                                   : random_.between(milliseconds(0), milliseconds(100)));
    }
  }

  void change() {
    StickyProxy* const proxy = world_.serving(host());
    if (proxy == nullptr) return;
    const auto busy = static_cast<std::uint32_t>(random_.below(5));
    if (random_.chance(30)) proxy->set_load("app" + std::to_string(random_.below(3)), busy);
    const std::size_t what = random_.below(100);
    if (what < 70) {
      proxy->store(key(), "app" + std::to_string(random_.below(3)), world_.now());
    } else if (what < 95) {
      proxy->pin(key(), random_.chance(50), world_.now());
    } else {
      proxy->clear(key(), world_.now());
    }
  }

  void fault() {
    switch (random_.below(10)) {
      case 0:
        return world_.crash_agent(host());
      case 1:
        return world_.crash_proxy(host());
      case 2:
      case 3:
        return world_.start_agent(host());
      case 4:
        return world_.start_proxy(host());
      case 5:
        return world_.cut(host(), host());
      case 6:
        return world_.join(host(), host());
      case 7:
        return world_.stop_agent(host());
      case 8:
        return world_.continue_agent(host());
      default:
        return world_.heal();
    }
  }

  // Entries go on ending, so a look may fall between two hosts that hear of it.
  std::optional<std::string> settle() {
    auto wrong = world_.judge_equality();
    for (int i = 0; i < 20 && wrong; ++i) {
      world_.run(milliseconds(50));
      wrong = world_.judge_equality();
    }
    return wrong;
  }

  std::optional<std::string> change_spreads() {
    StickyProxy* const proxy = world_.serving(host());
    if (proxy == nullptr) return "a proxy does not serve after the heal";
    const std::string value = "news" + std::to_string(random_.below(1000000));
    const std::string what = key();
    proxy->store(what, value, world_.now());
    world_.run(seconds(1));
    if (!world_.everybody_has(what, value)) return "a change of " + what + " has not spread";
    return std::nullopt;
  }

  // Although the agent of the one who made the older change was stopped, and told it last.
  std::optional<std::string> newer_wins() {
    const std::size_t one = host();
    const std::size_t other = (one + 1) % world_.hosts();
    const std::string what = key();
    const auto some_time = [this] { world_.run(random_.between(milliseconds(50), seconds(4))); };
    world_.stop_agent(one);
    world_.serving(one)->store(what, "older", world_.now());
    some_time();
    world_.serving(other)->store(what, "newer", world_.now());
    if (random_.chance(50)) world_.crash_agent(one);
    if (random_.chance(50)) some_time();
    world_.heal();
    world_.run(seconds(20));
    if (!world_.everybody_has(what, "newer")) return "an older change of " + what + " has won";
    return std::nullopt;
  }

  Random random_;
  StickyWorld world_;
};

int main(int argc, char** argv) {
  std::uint64_t seeds = 200;
  std::uint64_t from = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view flag = argv[i];
    const std::uint64_t number = std::strtoull(argv[i + 1], nullptr, 10);
    if (flag == "--seeds") seeds = number;
    if (flag == "--from") from = number;
  }
  for (std::uint64_t seed = from; seed < from + seeds; ++seed) {
    Story story(seed);
    const auto wrong = story.play();
    if (!wrong) continue;
    std::printf("seed %llu: %s\n%s", static_cast<unsigned long long>(seed), wrong->c_str(),
                story.describe().c_str());
    return 1;
  }
  std::printf("%llu stories of sticky tables, all well\n", static_cast<unsigned long long>(seeds));
  return 0;
}

}  // namespace
}  // namespace wslb::sim

int main(int argc, char** argv) {
  return wslb::sim::main(argc, argv);
}

// Hosts with real agent nodes in virtual time: a network that delays, loses and splits, a kernel
// that owns addresses, processes that sleep and die. It decides nothing: a scenario disturbs it and
// a checker looks at it. All chance comes from the seed, so that a seed replays exactly.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "agent/core/node.h"
#include "config/config.h"

namespace wslb::sim {

using base::Duration;
using base::TimePoint;

// Uniform and the same on every platform, which the standard's distributions are not.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t bound) { return engine_() % bound; }
  bool chance(std::size_t percent) { return below(100) < percent; }
  Duration between(Duration low, Duration high) {
    return low + Duration(static_cast<Duration::rep>(
                     below(static_cast<std::size_t>((high - low).count()) + 1)));
  }

 private:
  std::mt19937_64 engine_;
};

struct Host {
  std::string name;
  base::IpAddress address;
  std::unique_ptr<agent::core::Node> node;  // null: the power is off
  bool proxy_up = false;
  std::vector<bool> link_up;   // by section: each has an interface and a network of its own
  std::vector<int> side;       // by section: hosts on different sides cannot hear each other
  std::set<std::size_t> vips;  // sections whose VIPs the kernel has
  std::optional<TimePoint> asleep_until;  // the agent's process is stopped
  std::vector<agent::core::Input> inbox;  // came while it slept
  int life = 0;                           // times that it was booted

  [[nodiscard]] bool awake() const { return node && !asleep_until; }
};

class World {
 public:
  static constexpr Duration delay_max = std::chrono::microseconds(1500);

  World(config::Config config, std::uint64_t seed);

  // Runs until `end`; `observe` is called after every step.
  void run_until(TimePoint end, const std::function<void()>& observe);

  void boot(std::size_t host);
  void power_off(std::size_t host);
  void set_proxy(std::size_t host, bool up);
  void set_link(std::size_t host, std::size_t section, bool up);
  void sleep(std::size_t host, Duration duration);
  void remove_vip(std::size_t host, std::size_t section);
  void failover(std::size_t host, const std::string& to);
  void stop(std::size_t host);  // cleanly, then power off
  void set_loss(std::size_t percent) { loss_percent_ = percent; }

  void note(const std::string& text);
  [[nodiscard]] TimePoint now() const { return now_; }
  [[nodiscard]] std::size_t loss() const { return loss_percent_; }
  [[nodiscard]] std::vector<Host>& hosts() { return hosts_; }
  [[nodiscard]] const std::vector<Host>& hosts() const { return hosts_; }
  [[nodiscard]] const config::Config& config() const { return config_; }
  [[nodiscard]] Random& random() { return random_; }
  [[nodiscard]] const std::vector<std::string>& trace() const { return trace_; }
  [[nodiscard]] std::size_t command_answers() const { return command_answers_; }
  // Two hosts can hear each other in a section's network.
  [[nodiscard]] bool connected(const Host& a, const Host& b, std::size_t section) const;

 private:
  struct Event {
    TimePoint when;
    std::size_t number;  // of equal times the first comes first
    std::function<void()> action;
    bool operator>(const Event& other) const {
      return std::tie(when, number) > std::tie(other.when, other.number);
    }
  };

  void at(TimePoint when, std::function<void()> action);
  void feed(std::size_t host, agent::core::Input input);
  void apply(std::size_t host, const agent::core::Effects& effects);
  void apply_one(std::size_t host, const agent::core::Effect& effect,
                 std::vector<agent::core::Input>& answers);
  void transmit(std::size_t host, const agent::core::SendAdvert& advert);
  void wake(std::size_t host);
  [[nodiscard]] agent::core::LinkChanged link_of(const Host& host, std::size_t section) const;
  [[nodiscard]] std::optional<std::size_t> host_due(TimePoint& when) const;

  config::Config config_;
  Random random_;
  TimePoint now_ = TimePoint{} + std::chrono::hours(1);
  std::vector<Host> hosts_;
  std::vector<Event> events_;  // a heap
  std::size_t event_count_ = 0;
  std::size_t loss_percent_ = 0;
  std::size_t command_answers_ = 0;
  std::vector<std::string> trace_;
};

}  // namespace wslb::sim

// Hosts with a sticky hub and a proxy each, and the links between the hubs: frames are delayed and,
// when a link is cut, lost; agents and proxies crash. Virtual time.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/sticky/hub.h"
#include "tests/sim/random.h"
#include "tests/sim/sticky_frame.h"
#include "tests/sim/sticky_proxy.h"

namespace wslb::sim {

class StickyWorld {
 public:
  static constexpr std::chrono::seconds kExpire{60};

  StickyWorld(std::size_t hosts, Random& random);

  // Lets so much time pass, everything that is due in it included.
  void run(Duration time);

  void crash_agent(std::size_t host);
  void stop_agent(std::size_t host);  // as SIGSTOP does: what comes for it waits
  void continue_agent(std::size_t host);
  void start_agent(std::size_t host);
  void crash_proxy(std::size_t host);
  void start_proxy(std::size_t host);
  void cut(std::size_t a, std::size_t b);
  void join(std::size_t a, std::size_t b);
  void heal();  // all of the above is mended

  [[nodiscard]] std::size_t hosts() const { return hosts_.size(); }
  [[nodiscard]] TimePoint now() const { return now_; }
  // nullptr: it is dead, or does not serve yet.
  [[nodiscard]] StickyProxy* serving(std::size_t host);

  // After a heal and some quiet: what is wrong.
  [[nodiscard]] std::optional<std::string> judge_equality() const;
  // After kExpire and some more without a change.
  [[nodiscard]] std::optional<std::string> judge_emptiness() const;
  // What everybody has, for whoever looks into a violation.
  [[nodiscard]] std::string describe() const;
  [[nodiscard]] bool everybody_has(const std::string& key, const std::string& value) const;

 private:
  using PeerPipe = std::deque<std::pair<TimePoint, Carried<agent::sticky::Frame>>>;
  using FromProxy = std::variant<agent::sticky::ProxyChanges, agent::sticky::Loads>;
  using ToAgent = std::deque<std::pair<TimePoint, Carried<FromProxy>>>;
  using ToProxy = std::deque<std::pair<TimePoint, Carried<agent::sticky::ProxyFrame>>>;

  struct Host {
    std::string name;
    std::unique_ptr<agent::sticky::Hub> hub;  // null: the agent is dead
    std::unique_ptr<StickyProxy> proxy;       // null: it is dead
    std::optional<TimePoint> stopped;         // the agent, since then
    bool talking = false;                     // agent and proxy to each other
    ToAgent to_agent;
    ToProxy to_proxy;
    Duration clock_error{0};
  };

  // From the lower host to the higher one.
  struct Link {
    bool wanted = true;
    std::array<bool, 2> connected{};                   // each end's opinion
    std::array<std::optional<TimePoint>, 2> learns{};  // when an end hears that it is cut
    std::array<PeerPipe, 2> pipes;                     // towards each end
  };

  void step();
  void settle_links();
  void miss_the_stopped();
  void break_link(std::size_t a, std::size_t b);
  void deliver_peers();
  void deliver_local(Host& host);
  void greet(Host& host);
  void deliver_to_agent(Host& host);
  void emit(std::size_t host);
  [[nodiscard]] agent::sticky::ClusterClock clock(const Host& host) const;
  [[nodiscard]] agent::sticky::PeerSession* session(std::size_t of, std::size_t with);
  [[nodiscard]] std::optional<std::string> judge_host(const Host& host) const;
  [[nodiscard]] std::optional<std::string> judge_loads(const Host& host) const;

  Random& random_;
  TimePoint now_{std::chrono::hours(1)};
  TimePoint next_tick_ = now_;
  std::vector<Host> hosts_;
  std::map<std::pair<std::size_t, std::size_t>, Link> links_;
};

}  // namespace wslb::sim

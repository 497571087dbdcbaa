// Hosts with real agent nodes in virtual time: networks that delay, lose and split, kernels that
// own addresses, processes that sleep and die. It decides nothing: a scenario disturbs it and
// checkers look at it after each step. All chance comes from the seed, so that a seed replays
// exactly.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "tests/sim/host.h"
#include "tests/sim/network.h"
#include "tests/sim/random.h"
#include "tests/sim/statistics.h"

namespace wslb::sim {

// What a bystander saw in one step.
struct Happening {
  enum class Kind : std::uint8_t {
    Sent,       // an advert left the host
    Heard,      // the agent was handed an advert
    Linked,     // the agent was told of one on the link between the agents
    Gained,     // the agent had the VIPs added
    Dropped,    // the agent had the VIPs removed
    Told,       // the agent says that the section's state is another now
    Commanded,  // the agent was handed a failover command
    Answered,   // and answered it
    Started,    // an agent began
    Gone,       // the agent or the host is no more
    Woke,       // the agent's process goes on
    Ending,     // the agent had a dead proxy's connections ended
  };
  Kind kind = Kind::Sent;
  std::size_t host = 0;
  std::size_t section = 0;
  std::uint8_t priority = 0;           // Sent, Heard, Linked
  bool yes = false;                    // Told: active; Answered: accepted in all;
                                       // Started: with the VIPs of the last agent
  bool fresh = false;                  // Heard: newer than all that it heard
  std::shared_ptr<const Frame> frame;  // Heard, Linked
  Duration slept{};                    // Woke, by the host's clock
};

class World {
 public:
  using Observer = std::function<void()>;
  static constexpr std::uint64_t idle_max = 3000;

  World(std::vector<config::Config> configs, vrrp::Keyring keys, std::uint64_t seed, bool tracing);

  // Called after each step, inside of which happened() tells what went on.
  void set_observer(Observer observer) { observer_ = std::move(observer); }
  void run_until(TimePoint end);
  void run_for(Duration duration) { run_until(now_ + duration); }

  void boot(std::size_t host);
  void cut_power(std::size_t host);
  void stop_agent(std::size_t host);  // cleanly
  void kill_agent(std::size_t host);
  void start_agent(std::size_t host);
  void pause_agent(std::size_t host, Duration duration);
  void set_proxy(std::size_t host, bool up);
  void set_track(std::size_t host, bool up);
  void set_link(std::size_t host, std::size_t network, bool up);
  void remove_vip(std::size_t host, std::size_t section, std::size_t vip);
  void set_adds_fail(std::size_t host, std::size_t section, bool fail);
  void claim_vip(std::size_t host, std::size_t section);
  void failover(std::size_t host, const std::string& vrrp, const std::string& to);
  // A packet that an attacker sends to one host.
  void inject(std::size_t host, Frame frame);

  void note(std::size_t host, const std::string& text);
  [[nodiscard]] bool tracing() const { return tracing_; }
  [[nodiscard]] TimePoint now() const { return now_; }
  [[nodiscard]] TimePoint local_now(std::size_t host) const {
    return hosts_[host].clock.local(now_);
  }
  [[nodiscard]] Network& network() { return network_; }
  [[nodiscard]] const Network& network() const { return network_; }
  [[nodiscard]] std::vector<Host>& hosts() { return hosts_; }
  [[nodiscard]] const std::vector<Host>& hosts() const { return hosts_; }
  [[nodiscard]] const config::VrrpSection& section(std::size_t host, std::size_t index) const {
    return hosts_[host].config.vrrps[index];
  }
  [[nodiscard]] std::size_t sections() const { return hosts_.front().config.vrrps.size(); }
  [[nodiscard]] Duration proxy_patience() const {
    return hosts_.front().config.cluster->patience();
  }
  [[nodiscard]] std::size_t network_of(std::size_t section) const { return networks_[section]; }
  [[nodiscard]] std::size_t networks() const { return hosts_.front().link_up.size(); }
  // The sections track something besides the proxy.
  [[nodiscard]] bool tracks() const {
    const config::VrrpSection& first = section(0, 0);
    return !first.track_interfaces.empty() || !first.track_files.empty() ||
           !first.track_checks.empty();
  }
  [[nodiscard]] Random& random() { return random_; }
  [[nodiscard]] const std::vector<Happening>& happened() const { return happened_; }
  [[nodiscard]] const std::vector<std::string>& trace() const { return trace_; }
  [[nodiscard]] const std::vector<std::shared_ptr<const Frame>>& recorded() const {
    return recorded_;
  }
  [[nodiscard]] Statistics& statistics() { return statistics_; }
  [[nodiscard]] std::uint64_t digest() const { return digest_; }
  // So many steps without that time went on: a node's timer never rests.
  [[nodiscard]] bool is_stuck() const { return idle_ > idle_max; }
  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  // The agents have a link over that network, and what one says the other hears soon.
  [[nodiscard]] bool are_linked(std::size_t network, std::size_t a, std::size_t b) const;
  [[nodiscard]] bool has_vips(std::size_t host, std::size_t section) const {
    return hosts_[host].posts[section].vips != 0;
  }

 private:
  enum class EventKind : std::uint8_t {
    Arrive,
    Word,  // by the link between the agents
    Wake,
    LeaseEnd,
    ProxyReport,
    TrackReport,
    Claim,
    Successor,  // of a proxy that died
    KeptEnded
  };
  struct Event {
    TimePoint when;
    std::uint64_t number = 0;  // of equal times the first comes first
    EventKind kind = EventKind::Arrive;
    std::size_t host = 0;
    int life = 0;             // of the host; another one now: void
    std::size_t section = 0;  // LeaseEnd, Claim
    std::shared_ptr<const Frame> frame;

    bool operator>(const Event& other) const {
      return std::tie(when, number) > std::tie(other.when, other.number);
    }
  };

  void at(TimePoint when, Event event);
  void happen(const Event& event);
  bool step(TimePoint end);
  void begin_step();
  void end_step(std::size_t host);

  void feed(std::size_t host, agent::core::Input input);
  void hand_over(std::size_t host, const Host::Waiting& what);
  void apply(std::size_t host, const agent::core::Effects& effects);
  void apply_one(std::size_t host, const agent::core::Effect& effect,
                 std::vector<agent::core::Input>& answers);
  void add_vips(std::size_t host, std::size_t section, std::vector<agent::core::Input>& answers);
  void transmit(std::size_t host, const agent::core::SendAdvert& advert);
  void tell_peers(std::size_t host, const agent::core::TellPeers& word);
  void take_word(std::size_t host, const std::shared_ptr<const Frame>& word);
  void arrive(std::size_t host, const std::shared_ptr<const Frame>& frame);
  void hear(std::size_t host, const std::shared_ptr<const Frame>& frame);
  void wake(std::size_t host);
  void bring_proxy_up(std::size_t host);
  void take_proxy_down(std::size_t host);
  void end_kept(std::size_t host);
  void lose_proxy(Host& host) const;
  void leave_vips(std::size_t host);
  void end_lease(std::size_t host, std::size_t section);
  void probe(std::size_t host, std::size_t section);
  void forget_agent(std::size_t host);
  void tell_track(std::size_t host);
  void erase_vip(std::size_t host, std::size_t section, std::size_t vip, const char* why);
  [[nodiscard]] agent::core::LinkChanged link_of(const Host& host, std::size_t network) const;
  [[nodiscard]] agent::core::Start start_input(std::size_t host);
  void happened(Happening::Kind kind, std::size_t host, std::size_t section);

  Random random_;
  Random link_random_;
  Random proxy_random_;
  std::vector<TimePoint> last_words_;  // by pair: when the last one arrives
  bool tracing_;
  vrrp::Keyring keys_;
  TimePoint now_{std::chrono::minutes(10)};
  std::vector<Host> hosts_;
  std::vector<std::size_t> networks_;  // by section
  Network network_;
  std::vector<Event> events_;  // a heap
  std::uint64_t event_count_ = 0;
  std::vector<Happening> happened_;
  std::vector<std::shared_ptr<const Frame>> recorded_;  // the last ones on the wire
  std::size_t record_next_ = 0;
  Observer observer_;
  std::vector<std::string> trace_;
  Statistics statistics_;
  std::uint64_t digest_ = 0;
  std::uint64_t steps_ = 0;
  std::uint64_t idle_ = 0;
  TimePoint last_step_;
};

}  // namespace wslb::sim

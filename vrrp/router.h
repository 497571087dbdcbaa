// The state machine of one virtual router: RFC 9568, section 6.4. It knows neither sockets nor
// clocks: adverts and the time come in, effects go out, to be carried out in their order. Whoever
// drives it calls expire() once next_expiry() has come, and hands in the adverts that wait before
// that, so that a late timer never outruns an advert that was in time.
//
// Beyond the RFC it does three things. It resigns or takes over when told to. A router that finds
// that it slept longer than its own Active-Down time trusts nothing it believed before: as Active
// it becomes Backup, since a peer has surely taken over; as Backup it listens anew, since the
// silence was its own. And adverts of priority 0 never put a take-over off.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ip_address.h"
#include "base/time.h"

namespace wslb::vrrp {

enum class State : std::uint8_t { Init, Backup, Active };

// Why a router changed its state.
enum class Cause : std::uint8_t {
  Started,         // start()
  Owner,           // start() at priority 255
  Resumed,         // resume()
  TimerExpired,    // nobody advertised for the Active-Down time
  ActiveResigned,  // the active router sent priority 0, and nobody else took over within the skew
  HigherPriority,  // a better router advertised
  Stalled,         // this process slept longer than its Active-Down time
  Commanded,       // resign(), step_down() or take_over()
  Stopped,         // shutdown()
};

// Send an advert of this priority now.
struct SendAdvert {
  std::uint8_t priority = 0;
  bool operator==(const SendAdvert&) const = default;
};
// The state is now this one. An advert that announces Active comes before this effect, one of
// priority 0 after it, so that the VIP is gone when the peers hear of it.
struct Become {
  State state = State::Init;
  Cause cause = Cause::Started;
  bool operator==(const Become&) const = default;
};
// Another router believes to be active as well and was told off: switches and neighbours may have
// learnt the VIP from it, so they need to be told anew.
struct RivalHeard {
  bool operator==(const RivalHeard&) const = default;
};
using Effect = std::variant<SendAdvert, Become, RivalHeard>;
using Effects = std::vector<Effect>;

struct RouterConfig {
  std::uint8_t version = 3;         // 2 or 3
  std::uint8_t priority = 0;        // 1 .. 255
  base::Duration interval{};        // of our adverts while active
  bool preempt = false;             // take over from an active router of lower priority
  base::IpAddress primary_address;  // the source of our adverts: breaks ties of priority
};

// What counts of a received advert.
struct Heard {
  std::uint8_t priority = 0;
  base::Duration interval{};
  base::IpAddress source;
  // Of priority 0: no other backup can be better than we are, so that we need not wait for one. The
  // skew (RFC 9568, section 6.1) serves nothing else.
  bool heir = false;
};

class Router {
 public:
  explicit Router(const RouterConfig& config);

  // Inputs. One that means nothing in the present state has no effect.
  [[nodiscard]] Effects start(base::TimePoint now) { return step(Event::Start, {}, now); }
  // From Init to Active at once: this router was active until a moment ago, and nobody can have
  // taken over since.
  [[nodiscard]] Effects resume(base::TimePoint now) { return step(Event::Resume, {}, now); }
  // To Init; priority 0 if it was active.
  [[nodiscard]] Effects shutdown(base::TimePoint now) { return step(Event::Shutdown, {}, now); }
  [[nodiscard]] Effects receive(const Heard& advert, base::TimePoint now) {
    return step(Event::Receive, advert, now);
  }
  [[nodiscard]] Effects expire(base::TimePoint now) { return step(Event::Expire, {}, now); }
  // Active to Backup with priority 0; it then waits for a full Active-Down time.
  [[nodiscard]] Effects resign(base::TimePoint now) { return step(Event::Resign, {}, now); }
  // The same without a word: another router is active already.
  [[nodiscard]] Effects step_down(base::TimePoint now) { return step(Event::StepDown, {}, now); }
  // Backup to Active at once. Set a priority that beats the active router's before.
  [[nodiscard]] Effects take_over(base::TimePoint now) { return step(Event::TakeOver, {}, now); }
  // Gives Active up if it overslept. receive() and expire() do it by themselves; call this before
  // acting upon anything else that came in.
  [[nodiscard]] Effects wake(base::TimePoint now) { return step(Event::Wake, {}, now); }

  // Take effect from the next input on.
  void set_priority(std::uint8_t priority) { config_.priority = priority; }
  void set_preempt(bool preempt) { config_.preempt = preempt; }
  void set_primary_address(const base::IpAddress& address) { config_.primary_address = address; }
  // Backup only: starts its Active-Down time anew.
  void listen_again(base::TimePoint now);

  [[nodiscard]] std::optional<base::TimePoint> next_expiry() const { return timer_; }
  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] const RouterConfig& config() const { return config_; }
  // Active_Down_Interval, with the interval learnt from the active router.
  [[nodiscard]] base::Duration active_down() const;

 private:
  enum class Event : std::uint8_t {
    Start,
    Resume,
    Shutdown,
    Receive,
    Expire,
    Resign,
    StepDown,
    TakeOver,
    Wake
  };

  Effects step(Event event, const Heard& advert, base::TimePoint now);
  void in_init(Event event, base::TimePoint now, Effects& effects);
  void in_backup(Event event, const Heard& advert, base::TimePoint now, Effects& effects);
  void in_active(Event event, const Heard& advert, base::TimePoint now, Effects& effects);

  void backup_receive(const Heard& advert, base::TimePoint now);
  void active_receive(const Heard& advert, base::TimePoint now, Effects& effects);
  void follow(const Heard& advert, base::TimePoint now);
  void advertise(base::TimePoint now, Effects& effects);
  void become_init(Effects& effects);
  void become_backup(Cause cause, base::TimePoint now, Effects& effects);
  void become_active(Cause cause, base::TimePoint now, Effects& effects);

  RouterConfig config_;
  State state_ = State::Init;
  base::Duration active_interval_;        // Active_Adver_Interval
  std::optional<base::TimePoint> timer_;  // Adver_Timer or Active_Down_Timer
  base::TimePoint last_advert_;           // Active: when we sent it
  bool active_resigned_ = false;          // Backup: the timer runs for the skew only
};

[[nodiscard]] std::string_view to_string(State state);

}  // namespace wslb::vrrp

// One `vrrp` section at work: its router, its packets, its VIPs and their announcements, its
// counters. It turns what the router wants into effects in the safe order (see node.h). Whether it
// is fit to take part, and what the sections of its group do, Group decides.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/advert_gate.h"
#include "agent/core/advert_writer.h"
#include "agent/core/alarms.h"
#include "agent/core/announcements.h"
#include "agent/core/authenticator.h"
#include "agent/core/counters.h"
#include "agent/core/effect.h"
#include "agent/core/facts.h"
#include "agent/core/input.h"
#include "agent/core/rate_limit.h"
#include "agent/core/status.h"
#include "base/time.h"
#include "config/cluster.h"
#include "config/vrrp_section.h"
#include "vrrp/keyring.h"
#include "vrrp/packet.h"
#include "vrrp/router.h"

namespace wslb::agent::core {

// The priority of a router that was told to take over: it beats every active router but an owner.
inline constexpr std::uint8_t priority_commanded = 254;
// The priority of the cluster's first node when its sections follow one another against a router
// that is still active; one less for each further node, so that of two nodes that do so at once the
// same one wins in every section.
inline constexpr std::uint8_t priority_following = 253;

// The priority of a drained node: everybody else is better.
inline constexpr std::uint8_t priority_drained = 1;

class Section {
 public:
  // `index` is the section's place in the configuration, which outlives the section.
  Section(std::size_t index, const config::VrrpSection& config, const config::Cluster& cluster,
          std::string_view self, const vrrp::Keyring& keys);

  void begin(std::uint32_t sequence_seconds, base::TimePoint now);
  // Adopts the interface's present state; the router itself is started and withdrawn by Group.
  void set_link(const LinkChanged& link, base::TimePoint now, Effects& effects);
  // Priority 0 without having been active: an earlier agent of this node was, and cannot say it.
  void say_farewell(base::TimePoint now, Effects& effects);

  // Whether a section that was active until a killed agent's last advert is so still.
  [[nodiscard]] bool may_resume(std::optional<base::TimePoint> last_advert, const Facts& facts,
                                base::TimePoint now) const;
  void resume(base::TimePoint now, Effects& effects);
  void give_up_inheritance(base::TimePoint last_advert, base::TimePoint now, Effects& effects);
  [[nodiscard]] Fitness fitness(const Facts& facts, base::TimePoint now) const;

  // Into the election, as Backup (Active at once with priority 255).
  void start(base::TimePoint now, Effects& effects);
  // Out of the election: into Init or Fault.
  void withdraw(SectionState state, const std::string& reason, base::TimePoint now,
                Effects& effects);

  struct Hearing {
    bool alive = false;  // an advert of a router that is active or claims to be
    // Of a node of ours that advertises more than its configured priority: it was told to take
    // over or follows its group; and of these the former only.
    bool outbid = false;
    bool commanded = false;
  };
  // `yielded`: does not preempt for now.
  Hearing receive(const PacketReceived& packet, bool yielded, base::TimePoint now,
                  Effects& effects);
  Hearing receive(const PeerAdvert& advert, bool yielded, base::TimePoint now, Effects& effects);
  void wake(base::TimePoint now, Effects& effects);
  void expire(base::TimePoint now, Effects& effects);
  void listen_again(base::TimePoint now) { router_.listen_again(now); }
  void resign(std::string why, base::TimePoint now, Effects& effects);
  void step_down(std::string why, base::TimePoint now, Effects& effects);
  void take_over(std::string why, base::TimePoint now, Effects& effects);
  void address_result(const AddressResult& result, base::TimePoint now, Effects& effects);
  void address_lost(const AddressLost& lost, base::TimePoint now, Effects& effects);
  void address_claimed(const AddressClaimed& claim, base::TimePoint now, Effects& effects);

  [[nodiscard]] std::uint8_t following_priority() const;
  // The highest of its own priority and `floor`.
  void set_priority_floor(std::uint8_t floor);
  // From the next call of that on, and at once.
  void set_drained(bool drained);

  // What the router became since the last call.
  [[nodiscard]] std::optional<vrrp::Become> take_news();

  // The router that is active as far as one can hear, and its priority.
  struct ActiveRouter {
    base::IpAddress address;
    std::uint8_t priority = 0;
    base::TimePoint heard;
    std::string node;      // of the cluster; empty: none of ours
    bool outbids = false;  // advertises more than the configuration gives that node
    [[nodiscard]] std::string name() const { return node.empty() ? address.to_string() : node; }
  };
  [[nodiscard]] const ActiveRouter* active_router(base::TimePoint now) const;

  [[nodiscard]] const config::VrrpSection& config() const { return *config_; }
  [[nodiscard]] std::size_t index() const { return index_; }
  [[nodiscard]] SectionState state() const { return state_; }
  [[nodiscard]] const std::string& reason() const { return reason_; }
  [[nodiscard]] std::uint8_t priority() const { return router_.config().priority; }
  [[nodiscard]] std::uint8_t configured_priority() const { return own_priority_; }
  [[nodiscard]] base::Duration active_down() const { return router_.active_down(); }
  [[nodiscard]] std::optional<base::TimePoint> router_expiry() const {
    return router_.next_expiry();
  }
  [[nodiscard]] std::uint32_t sequence_seconds() const { return authenticator_.last_seconds(); }
  [[nodiscard]] std::optional<base::TimePoint> next_expiry() const;
  [[nodiscard]] SectionStatus status(base::TimePoint now) const;

 private:
  // What an advert says, whichever way it came.
  struct Word {
    std::uint8_t priority = 0;
    base::Duration interval{};
    base::IpAddress source;
    const config::Node* node = nullptr;  // null: none of the cluster's
  };

  void apply(const vrrp::Effects& wanted, base::TimePoint now, Effects& effects);
  void send(std::uint8_t priority, base::TimePoint now, Effects& effects);
  void become(const vrrp::Become& change, base::TimePoint now, Effects& effects);
  void enter(SectionState state, const std::string& why, base::TimePoint now, Effects& effects);
  void rival_heard(base::TimePoint now, Effects& effects);
  Hearing hear(const Word& word, bool yielded, base::TimePoint now, Effects& effects);
  Hearing remember(const Word& word, base::TimePoint now, Effects& effects);
  [[nodiscard]] bool hears_packets(base::Duration interval, base::TimePoint now) const;
  void miss_packets_of(const config::Node& node, base::TimePoint now, Effects& effects);
  [[nodiscard]] bool is_bid(std::uint8_t priority) const;
  [[nodiscard]] bool is_of_drained(const Word& word) const;
  void hear_old(base::TimePoint now);
  [[nodiscard]] bool is_heir(const Word& word, base::TimePoint now) const;
  [[nodiscard]] bool may_preempt(bool yielded, base::TimePoint now) const;
  void hold_address(const config::Vip& vip, const std::string& what, base::TimePoint now,
                    Effects& effects);
  [[nodiscard]] std::string cause_text(vrrp::Cause cause, base::TimePoint now) const;

  // A VIP that could not be kept: out of the election until then.
  struct AddressHold {
    base::TimePoint until;
    std::string reason;
  };

  std::size_t index_;
  const config::VrrpSection* config_;
  const config::Cluster* cluster_;
  std::string self_;
  const base::IpAddress* own_address_;  // of the `cluster` section and our family; null: none
  base::Family family_;
  std::uint8_t own_priority_;
  bool drained_ = false;

  vrrp::Router router_;
  AdvertGate gate_;
  AdvertWriter writer_;
  Authenticator authenticator_;
  Alarms alarms_;
  SectionState state_ = SectionState::Init;
  std::string reason_;     // of Init and Fault
  std::string why_;        // of a commanded change
  base::TimePoint since_;  // of state_
  base::TimePoint fit_since_;
  std::optional<base::TimePoint> hold_;  // start-delay: out of the election until then
  bool link_up_ = false;
  bool can_send_ = false;
  bool link_is_here_ = false;          // the peers' agents are reached over this interface
  std::array<std::uint8_t, 6> mac_{};  // of the interface
  std::optional<vrrp::Become> news_;
  std::optional<ActiveRouter> heard_;            // priority 0: it resigned
  std::optional<base::TimePoint> old_since_;     // only old adverts were heard since then
  std::optional<base::TimePoint> packet_heard_;  // the last advert that did not come by the link
  struct Silence {
    base::TimePoint since;
    base::TimePoint last_word;
  };
  std::optional<Silence> silence_;  // the link alone tells of the active router
  Announcements announcements_;
  std::map<config::Vip, RateLimit> put_back_;
  RateLimit rival_announcements_{1, std::chrono::seconds(1)};
  RateLimit rival_events_{1, std::chrono::seconds(60)};
  std::optional<AddressHold> address_hold_;
  Counters counters_;
};

}  // namespace wslb::agent::core

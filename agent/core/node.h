// Node decides everything that an agent decides: when this host takes a VIP over, keeps it, gives
// it up, and what the operator is told. It is pure: what happened goes in, what is to be done comes
// out. The shell around it decides nothing. Its duties, in order:
//
//  1. At the start: remove stale VIPs (those with our tag) from all interfaces, then feed one
//     LinkChanged for each interface that the configuration names (`interface` and `track`), even
//     if it does not exist, one TrackChanged for each `track file`, then Start with the sections
//     whose VIPs were removed.
//  2. For everything that happens, call handle() with one input. `now` is the monotonic clock's
//     time read just before the call; it never runs backwards from one call to the next.
//  3. After each call carry the effects out, in their order, before the next call. Results that are
//     inputs (AddressResult, KeptEnded) are fed back afterwards, not in between.
//  4. Then arm ONE timer for next_expiry(); when it fires, first read and handle() every packet
//     that waits in the sockets, then call expire(). So a slow host does not take over from a peer
//     whose adverts are already in its own queue.
//  5. Renew the lease of a section's VIPs by itself between AddVips and RemoveVips, but never
//     while a call of expire() is overdue: the lease is what removes the VIPs of a hung agent.
//  6. At the end: handle(Stop), carry the effects out, close the sockets.
//
// In a loop:
//
//     apply(node.handle(input, now()));          // effects in order; AddressResults are queued
//     timer.expires_at(node.next_expiry());      // nullopt: no timer
//
// Order of a take-over: the advert first, so that an active peer drops its VIPs as early as
// possible, then our VIPs, then the announcement. Order of giving up: our VIPs are removed first,
// then priority 0 goes out. The adverts' source is never a VIP, so removing does not hinder
// sending; the gap grows only by that one netlink call (tens of microseconds), and no peer however
// fast (its skew may be 78 us) can own the VIP while we still do.
//
// A node is used from one thread. It never throws; it asserts that section indices are in range.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/effect.h"
#include "agent/core/facts.h"
#include "agent/core/failover.h"
#include "agent/core/group.h"
#include "agent/core/input.h"
#include "agent/core/status.h"
#include "agent/core/succession.h"
#include "base/time.h"
#include "config/config.h"

namespace wslb::agent::core {

class Node {
 public:
  // `config.cluster` is set and `self` names one of its nodes. Both are copied.
  // `keys`: of the cluster's secret file; empty where the cluster has none.
  Node(const config::Config& config, std::string_view self, const vrrp::Keyring& keys = {});

  [[nodiscard]] Effects handle(const Input& input, base::TimePoint now);
  [[nodiscard]] Effects expire(base::TimePoint now);  // harmless before next_expiry()
  [[nodiscard]] std::optional<base::TimePoint> next_expiry() const;  // nullopt: nothing to wait for
  [[nodiscard]] Status status(base::TimePoint now) const;
  // Of the newest signed advert that was sent or heard; Start's sequence_seconds of the next agent
  // lie above.
  [[nodiscard]] std::uint32_t sequence_seconds() const;

 private:
  // Where a section of the configuration lives: sections of one group move together.
  struct Place {
    std::size_t group = 0;
    std::size_t member = 0;
  };

  void stop(base::TimePoint now, Effects& effects);
  void start(const Start& begin, base::TimePoint now, Effects& effects);
  void resume(const Start& begin, base::TimePoint now, Effects& effects);
  void link_changed(const LinkChanged& link, base::TimePoint now, Effects& effects);
  void proxy_changed(const ProxyChanged& change, base::TimePoint now, Effects& effects);
  void lose_proxy(const std::string& reason, Effects& effects);
  void judge_succession(Succession::Verdict verdict, Effects& effects);
  void track_changed(const TrackChanged& change, Effects& effects);
  void failover(const Failover& command, base::TimePoint now, Effects& effects);
  void drain(const Drain& command, base::TimePoint now, Effects& effects);
  static void carry_out(Move move, Group& group, base::TimePoint now, Effects& effects);
  void settle(base::TimePoint now, Effects& effects);
  [[nodiscard]] const config::Cluster& cluster() const { return *config_->cluster; }
  [[nodiscard]] Place place_of(std::size_t index) const;
  [[nodiscard]] Section& section(std::size_t index);

  enum class Life : std::uint8_t { Loading, Running, Stopped };

  std::unique_ptr<const config::Config> config_;  // stays where it is when the node is moved
  std::string self_;
  std::vector<Group> groups_;  // a section without a group is a group of one
  std::vector<Place> places_;  // by index of the configuration
  Facts facts_;
  Succession succession_;
  Life life_ = Life::Loading;
  bool drained_ = false;
};

}  // namespace wslb::agent::core

#include "agent/core/section.h"

#include <algorithm>
#include <utility>

namespace wslb::agent::core {

namespace {

constexpr base::Duration address_hold_time = std::chrono::seconds(10);
constexpr std::size_t put_back_max = 5;  // times in 10 s
constexpr base::Duration put_back_period = std::chrono::seconds(10);

std::string vip_text(const config::Vip& vip) {
  return vip.address.to_string() + "/" + std::to_string(vip.prefix);
}

std::string mac_text(const std::array<std::uint8_t, 6>& mac) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : mac) {
    if (!text.empty()) text += ':';
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

std::vector<base::IpAddress> unicast_peers(const config::VrrpSection& section,
                                           const config::Cluster& cluster, std::string_view self) {
  if (section.transport != config::Transport::Unicast) return {};
  std::vector<base::IpAddress> peers = section.unicast_peers;
  const base::Family family = section.vips.front().address.family();
  for (const config::Node& node : cluster.nodes) {
    const base::IpAddress* address = node.address_of(family);
    if (node.name != self && address != nullptr) peers.push_back(*address);
  }
  std::erase_if(peers, [&](const base::IpAddress& peer) { return peer.family() != family; });
  std::sort(peers.begin(), peers.end());
  peers.erase(std::unique(peers.begin(), peers.end()), peers.end());
  return peers;
}

}  // namespace

Section::Section(std::size_t index, const config::VrrpSection& config,
                 const config::Cluster& cluster, std::string_view self, const vrrp::Keyring& keys)
    : index_(index),
      config_(&config),
      cluster_(&cluster),
      self_(self),
      own_address_(cluster.find_node(self)->address_of(config.vips.front().address.family())),
      family_(config.vips.front().address.family()),
      own_priority_(config.priority_of(self, cluster)),
      router_({.version = config.version,
               .priority = own_priority_,
               .interval = config.advert,
               .preempt = false,
               .primary_address = {}}),
      gate_(config, cluster, self_, unicast_peers(config, cluster, self)),
      writer_(index, config, unicast_peers(config, cluster, self)),
      authenticator_(config.auth, keys),
      alarms_(config.name) {
  for (const config::Vip& vip : config.vips) {
    put_back_.emplace(vip, RateLimit(put_back_max, put_back_period));
  }
}

void Section::set_link(const LinkChanged& link, base::TimePoint now, Effects& effects) {
  const std::optional<base::IpAddress> source = source_address(*config_, link);
  // Without an address the last one still serves to say farewell.
  if (source && peers_accept(*config_, own_address_, *source)) router_.set_primary_address(*source);
  const bool was_up = std::exchange(link_up_, link.exists && link.up);
  if (!was_up && config_->start_delay > base::Duration(0)) hold_ = now + config_->start_delay;
  can_send_ = link.exists && link.up && !router_.config().primary_address.is_unspecified();
  const base::IpAddress& reached_at = cluster_->find_node(self_)->address;
  link_is_here_ = link.primary_v4 == reached_at || link.own_v6 == reached_at;
  address_hold_.reset();  // it may go better on the link as it is now
  const bool other_mac = std::exchange(mac_, link.mac) != link.mac;
  if (other_mac && link.up && state_ == SectionState::Active) {
    effects.emplace_back(Announce{index_, Announcements::burst});
    announcements_.begin(now);
  }
}

void Section::begin(std::uint32_t sequence_seconds, base::TimePoint now) {
  authenticator_.begin(sequence_seconds, now);
}

void Section::say_farewell(base::TimePoint now, Effects& effects) {
  send(vrrp::priority_resign, now, effects);
}

// A peer waits at least for three intervals after the last advert that it heard.
bool Section::may_resume(std::optional<base::TimePoint> last_advert, const Facts& facts,
                         base::TimePoint now) const {
  return last_advert && *last_advert <= now &&
         now - *last_advert < 3 * base::Duration(config_->advert) &&
         judge(*config_, own_address_, facts).verdict == Fitness::Verdict::Fit;
}

void Section::resume(base::TimePoint now, Effects& effects) {
  hold_.reset();
  fit_since_ = now;
  apply(router_.resume(now), now, effects);
}

// Backups that still wait for the killed agent's next advert need not wait on. Later somebody else
// is active, and to resign would only disturb.
void Section::give_up_inheritance(base::TimePoint last_advert, base::TimePoint now,
                                  Effects& effects) {
  effects.emplace_back(RemoveVips{index_});
  if (now - last_advert < router_.active_down()) say_farewell(now, effects);
}

Fitness Section::fitness(const Facts& facts, base::TimePoint now) const {
  Fitness verdict = judge(*config_, own_address_, facts);
  if (verdict.verdict == Fitness::Verdict::Fit && hold_ && now < *hold_) {
    verdict = {Fitness::Verdict::Waiting,
               "start-delay: waiting for another router's advert before it joins the election"};
  }
  if (verdict.verdict == Fitness::Verdict::Fit && address_hold_ && now < address_hold_->until) {
    verdict = {Fitness::Verdict::Fault, address_hold_->reason};
  }
  return verdict;
}

void Section::start(base::TimePoint now, Effects& effects) {
  fit_since_ = now;
  address_hold_.reset();
  apply(router_.start(now), now, effects);
}

void Section::withdraw(SectionState state, const std::string& reason, base::TimePoint now,
                       Effects& effects) {
  if (state == state_ && reason == reason_) return;
  apply(router_.shutdown(now), now, effects);
  enter(state, reason, now, effects);
  reason_ = reason;
}

void Section::wake(base::TimePoint now, Effects& effects) {
  alarms_.expire(now, effects);
  apply(router_.wake(now), now, effects);
}

void Section::expire(base::TimePoint now, Effects& effects) {
  apply(router_.expire(now), now, effects);
  if (state_ == SectionState::Active && announcements_.take_due(now)) {
    effects.emplace_back(Announce{index_, 1});
    effects.emplace_back(ProbeVips{index_});
  }
  alarms_.expire(now, effects);
  if (hold_ && now >= *hold_) hold_.reset();
  if (address_hold_ && now >= address_hold_->until) address_hold_.reset();
}

void Section::resign(std::string why, base::TimePoint now, Effects& effects) {
  why_ = std::move(why);
  apply(router_.resign(now), now, effects);
}

void Section::step_down(std::string why, base::TimePoint now, Effects& effects) {
  why_ = std::move(why);
  apply(router_.step_down(now), now, effects);
}

void Section::take_over(std::string why, base::TimePoint now, Effects& effects) {
  why_ = std::move(why);
  apply(router_.take_over(now), now, effects);
}

void Section::address_result(const AddressResult& result, base::TimePoint now, Effects& effects) {
  if (state_ != SectionState::Active || result.error.empty()) return;
  hold_address(result.vip, "cannot be added to " + config_->interface + ": " + result.error, now,
               effects);
}

void Section::address_lost(const AddressLost& lost, base::TimePoint now, Effects& effects) {
  const auto limit = put_back_.find(lost.vip);
  if (state_ != SectionState::Active || limit == put_back_.end()) return;
  if (!limit->second.allow(now)) {
    hold_address(lost.vip, "is removed from " + config_->interface + " again and again", now,
                 effects);
    return;
  }
  effects.emplace_back(AddVips{index_});
  effects.emplace_back(Announce{index_, 1});
  effects.emplace_back(
      Emit{EventKind::Vip,
           config_->name,
           vip_text(lost.vip) + " was removed from " + config_->interface + "; put back",
           {},
           true});
}

void Section::address_claimed(const AddressClaimed& claim, base::TimePoint now, Effects& effects) {
  // The router that was active before us may have spoken before it knew.
  constexpr base::Duration handing_over = std::chrono::milliseconds(500);
  if (state_ != SectionState::Active || now - since_ < handing_over) return;
  counters_.add(Count::AddressClaimed);
  alarms_.raise(Alarms::Kind::AddressClaimed,
                claim.vip.to_string() + " is also claimed by the host with MAC address " +
                    mac_text(claim.mac) + "; take it off that host",
                now, effects);
}

// The next settle() of the group withdraws the section.
void Section::hold_address(const config::Vip& vip, const std::string& what, base::TimePoint now,
                           Effects& effects) {
  const std::string reason = vip_text(vip) + " " + what;
  address_hold_ = AddressHold{now + address_hold_time, reason};
  effects.emplace_back(
      Emit{EventKind::Vip, config_->name, reason + "; next attempt in 10 s", {}, true});
}

std::uint8_t Section::following_priority() const {
  const auto place = cluster_->find_node(self_) - cluster_->nodes.data();
  return static_cast<std::uint8_t>(std::max<std::ptrdiff_t>(priority_following - place, 1));
}

void Section::set_priority_floor(std::uint8_t floor) {
  router_.set_priority(std::max(drained_ ? priority_drained : own_priority_, floor));
}

void Section::set_drained(bool drained) {
  drained_ = drained;
  set_priority_floor(0);
}

std::optional<vrrp::Become> Section::take_news() {
  return std::exchange(news_, std::nullopt);
}

const Section::ActiveRouter* Section::active_router(base::TimePoint now) const {
  const bool live = heard_ && heard_->priority != vrrp::priority_resign &&
                    now - heard_->heard < router_.active_down();
  return live ? &*heard_ : nullptr;
}

std::optional<base::TimePoint> Section::next_expiry() const {
  std::optional<base::TimePoint> next = router_.next_expiry();
  const auto consider = [&next](std::optional<base::TimePoint> other) {
    if (other && (!next || *other < *next)) next = other;
  };
  consider(announcements_.next());
  if (address_hold_) consider(address_hold_->until);
  if (hold_) consider(*hold_);
  return next;
}

SectionStatus Section::status(base::TimePoint now) const {
  SectionStatus status{.name = config_->name,
                       .vrid = config_->vrid,
                       .family = family_,
                       .interface = config_->interface,
                       .state = state_,
                       .priority = priority(),
                       .since = since_,
                       .active_node = {},
                       .reason = reason_,
                       .alarms = alarms_.texts(),
                       .vips = config_->vips,
                       .counters = counters_.list()};
  if (state_ == SectionState::Active) {
    status.active_node = self_;
  } else if (const ActiveRouter* active = active_router(now)) {
    status.active_node = active->name();
  }
  return status;
}

}  // namespace wslb::agent::core

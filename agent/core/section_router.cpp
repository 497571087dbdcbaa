// The half of Section that stands between the router and the wire.
#include <algorithm>
#include <cassert>

#include "agent/core/section.h"
#include "base/overloaded.h"

namespace wslb::agent::core {

namespace {

std::string milliseconds_text(base::Duration duration) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count()) +
         " ms";
}

}  // namespace

Section::Hearing Section::receive(const PacketReceived& packet, bool yielded, base::TimePoint now,
                                  Effects& effects) {
  const bool unicast = config_.transport == config::Transport::Unicast;
  if (packet.source == router_.config().primary_address) {
    counters_.add(Count::RefusedOwnAddress);
    return {};
  }
  if (unicast && std::find(peers_.begin(), peers_.end(), packet.source) == peers_.end()) {
    counters_.add(Count::RefusedStranger);
    return {};
  }
  const auto decoded = vrrp::decode({.payload = packet.payload,
                                     .source = packet.source,
                                     .destination = packet.destination,
                                     .ttl = packet.ttl},
                                    {.version = config_.version,
                                     .vrid = config_.vrid,
                                     .interval = config_.advert,
                                     .check_ttl = !unicast});
  if (!decoded) {
    counters_.add(decoded.error());
    return {};
  }
  const Hearing hearing = remember(*decoded, packet, now);
  router_.set_preempt(may_preempt(yielded, now));
  apply(router_.receive({.priority = decoded->advert.priority,
                         .interval = decoded->advert.interval,
                         .source = packet.source},
                        now),
        now, effects);
  return hearing;
}

Section::Hearing Section::remember(const vrrp::Decoded& decoded, const PacketReceived& packet,
                                   base::TimePoint now) {
  const vrrp::Advert& advert = decoded.advert;
  counters_.add(Count::AdvertsReceived);
  counters_.add(decoded.checksum);
  std::vector<base::IpAddress> theirs = advert.addresses;
  std::vector<base::IpAddress> ours = addresses_;
  std::sort(theirs.begin(), theirs.end());
  std::sort(ours.begin(), ours.end());
  if (theirs != ours) counters_.add(Count::VipsDiffer);

  const bool unicast = config_.transport == config::Transport::Unicast;
  forms_[unicast ? packet.source : vrrp::multicast_group(family_)] = decoded.checksum;

  const auto node = std::find_if(cluster_->nodes.begin(), cluster_->nodes.end(),
                                 [&](const auto& each) { return each.address == packet.source; });
  const bool ours_too = node != cluster_->nodes.end();
  heard_ = ActiveRouter{packet.source, advert.priority, now, ours_too ? node->name : ""};
  if (advert.priority == vrrp::priority_resign) {
    counters_.add(Count::ResignationsReceived);
    return {};
  }
  const bool outbid = ours_too && advert.priority > config_.priority_of(node->name, *cluster_);
  return {.alive = true,
          .outbid = outbid,
          .commanded = outbid && advert.priority == priority_commanded};
}

bool Section::may_preempt(bool yielded, base::TimePoint now) const {
  return config_.preempt.enabled && !yielded && now - fit_since_ >= config_.preempt.after;
}

void Section::apply(const vrrp::Effects& wanted, base::TimePoint now, Effects& effects) {
  for (const vrrp::Effect& effect : wanted) {
    std::visit(base::Overloaded{
                   [&](const vrrp::SendAdvert& advert) { send(advert.priority, effects); },
                   [&](const vrrp::Become& change) { become(change, now, effects); },
                   [&](const vrrp::RivalHeard&) { rival_heard(now, effects); },
               },
               effect);
  }
}

void Section::send(std::uint8_t priority, Effects& effects) {
  if (!can_send_) return;
  const vrrp::Advert advert{.version = config_.version,
                            .vrid = config_.vrid,
                            .priority = priority,
                            .interval = config_.advert,
                            .addresses = addresses_};
  const base::IpAddress& source = router_.config().primary_address;
  for (const base::IpAddress& destination : destinations()) {
    const auto form = forms_.find(destination);
    effects.emplace_back(SendAdvert{
        index_, source, destination,
        vrrp::encode(advert, source, destination,
                     form == forms_.end() ? vrrp::ChecksumForm::PseudoHeader : form->second)});
    counters_.add(Count::AdvertsSent);
  }
}

std::vector<base::IpAddress> Section::destinations() const {
  if (config_.transport == config::Transport::Unicast) return peers_;
  return {vrrp::multicast_group(family_)};
}

void Section::become(const vrrp::Become& change, base::TimePoint now, Effects& effects) {
  if (state_ == SectionState::Active) {
    effects.emplace_back(RemoveVips{index_});
    announcements_.end();
  }
  switch (change.state) {
    case vrrp::State::Init:
      break;  // withdraw() knows whether this is Init or Fault
    case vrrp::State::Backup:
      enter(SectionState::Backup, cause_text(change.cause, now), now, effects);
      break;
    case vrrp::State::Active:
      counters_.add(Count::TakeOvers);
      effects.emplace_back(AddVips{index_});
      effects.emplace_back(Announce{index_, Announcements::burst});
      announcements_.begin(now);
      enter(SectionState::Active, cause_text(change.cause, now), now, effects);
      break;
  }
  news_ = change;
}

void Section::enter(SectionState state, const std::string& why, base::TimePoint now,
                    Effects& effects) {
  std::string text(to_string(state));
  if (state != state_) text = std::string(to_string(state_)) + " -> " + text;
  effects.emplace_back(Emit{EventKind::VrrpState, config_.name, text + ": " + why});
  if (state != state_ || since_ == base::TimePoint{}) since_ = now;
  state_ = state;
  reason_.clear();
}

void Section::rival_heard(base::TimePoint now, Effects& effects) {
  counters_.add(Count::RivalsHeard);
  if (rival_announcements_.allow(now)) {
    effects.emplace_back(Announce{index_, 1});
    announcements_.begin(now);
  }
  if (rival_events_.allow(now)) {
    effects.emplace_back(Emit{EventKind::VrrpState, config_.name,
                              heard_->name() + " also claims to be active, with priority " +
                                  std::to_string(heard_->priority) + "; told it off"});
  }
}

std::string Section::cause_text(vrrp::Cause cause, base::TimePoint now) const {
  const std::string peer = heard_ ? heard_->name() : "";
  switch (cause) {
    case vrrp::Cause::Started:
      return "fit for the election";
    case vrrp::Cause::Owner:
      return "priority 255 owns the address";
    case vrrp::Cause::TimerExpired:
      if (!heard_) return "no other router is active";
      return "heard nothing from " + peer + " for " + milliseconds_text(now - heard_->heard);
    case vrrp::Cause::ActiveResigned:
      return peer + " resigned";
    case vrrp::Cause::HigherPriority:
      return peer + " advertises priority " + std::to_string(heard_->priority);
    case vrrp::Cause::Stalled:
      return "this process stalled for more than " + milliseconds_text(router_.active_down()) +
             ", so another router may be active";
    case vrrp::Cause::Commanded:
      return why_;
    case vrrp::Cause::Stopped:
      return "stopped";
  }
  return "";
}

}  // namespace wslb::agent::core

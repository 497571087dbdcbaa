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
  const AdvertGate::Admission admission = gate_.admit(
      packet, router_.config().primary_address, {authenticator_, counters_, alarms_}, now, effects);
  const vrrp::Advert& advert = admission.decoded.advert;
  if (admission.verdict == AdvertGate::Verdict::Refused) return {};
  if (admission.verdict == AdvertGate::Verdict::Old) {
    if (advert.priority != vrrp::priority_resign) hear_old(now);
    return {};
  }
  const bool heir = is_heir(admission, packet.source, now);
  const Hearing hearing = remember(admission, packet.source, now, effects);
  router_.set_preempt(may_preempt(yielded, now));
  apply(router_.receive({.priority = advert.priority,
                         .interval = advert.interval,
                         .source = packet.source,
                         .heir = heir},
                        now),
        now, effects);
  return hearing;
}

Section::Hearing Section::remember(const AdvertGate::Admission& admission,
                                   const base::IpAddress& source, base::TimePoint now,
                                   Effects& effects) {
  const vrrp::Advert& advert = admission.decoded.advert;
  counters_.add(Count::AdvertsReceived);
  counters_.add(admission.decoded.checksum);
  writer_.learn_form(source, admission.decoded.checksum);
  hold_.reset();
  old_since_.reset();

  const config::Node* node = admission.node;
  const int usual = node != nullptr ? config_->priority_of(node->name, *cluster_) : 0;
  const bool outbids = node != nullptr && advert.priority > usual && is_bid(advert.priority);
  if (node != nullptr && advert.priority != usual && !is_bid(advert.priority)) {
    alarms_.raise(Alarms::Kind::Mismatch,
                  node->name + " advertises priority " + std::to_string(advert.priority) +
                      ", this node's configuration gives it " + std::to_string(usual),
                  now, effects);
  }
  heard_ = ActiveRouter{source, advert.priority, now, node != nullptr ? node->name : "", outbids};
  if (advert.priority == vrrp::priority_resign) {
    counters_.add(Count::ResignationsReceived);
    return {};
  }
  return {.alive = true,
          .outbid = outbids,
          .commanded = outbids && advert.priority == priority_commanded};
}

// Of a node that was told to take over or follows its group, and 0 of one that resigns.
bool Section::is_bid(std::uint8_t priority) const {
  const auto lowest = priority_following + 1 - static_cast<int>(cluster_->nodes.size());
  return priority == vrrp::priority_resign || priority == priority_commanded ||
         (priority <= priority_following && priority >= lowest);
}

// Its sender may be alive, so that a backup waits; but not for ever, since it may be a recording.
void Section::hear_old(base::TimePoint now) {
  constexpr int patience = 3;  // Active-Down times
  const bool resigned = heard_ && heard_->priority == vrrp::priority_resign;
  if (state_ != SectionState::Backup || resigned) return;
  if (!old_since_) old_since_ = now;
  if (now - *old_since_ < patience * router_.active_down()) router_.listen_again(now);
}

// Whether nobody else can be a better successor of the router that resigns with this advert: it is
// one of the cluster's nodes, the one that was active, and no other node has our priority or more.
bool Section::is_heir(const AdvertGate::Admission& admission, const base::IpAddress& source,
                      base::TimePoint now) const {
  const bool resigns = admission.decoded.advert.priority == vrrp::priority_resign;
  const ActiveRouter* active = active_router(now);
  if (!resigns || admission.node == nullptr || active == nullptr || active->address != source) {
    return false;
  }
  return std::ranges::none_of(cluster_->nodes, [&](const config::Node& other) {
    return &other != admission.node && other.name != self_ &&
           config_->priority_of(other.name, *cluster_) >= own_priority_;
  });
}

bool Section::may_preempt(bool yielded, base::TimePoint now) const {
  if (yielded) return false;
  if (own_priority_ == vrrp::priority_owner) return true;  // RFC 9568, section 6.1
  return config_->preempt.enabled && now - fit_since_ >= config_->preempt.after;
}

void Section::apply(const vrrp::Effects& wanted, base::TimePoint now, Effects& effects) {
  for (const vrrp::Effect& effect : wanted) {
    std::visit(base::Overloaded{
                   [&](const vrrp::SendAdvert& advert) { send(advert.priority, now, effects); },
                   [&](const vrrp::Become& change) { become(change, now, effects); },
                   [&](const vrrp::RivalHeard&) { rival_heard(now, effects); },
               },
               effect);
  }
}

void Section::send(std::uint8_t priority, base::TimePoint now, Effects& effects) {
  if (!can_send_) return;
  const std::size_t sent =
      writer_.write(priority, router_.config().primary_address, authenticator_, now, effects);
  for (std::size_t i = 0; i < sent; ++i) counters_.add(Count::AdvertsSent);
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
  Emit event{EventKind::VrrpState, config_->name, text + ": " + why};
  if (state != state_) event.change = Emit::Change{index_, state_, state, priority()};
  effects.emplace_back(std::move(event));
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
    effects.emplace_back(Emit{EventKind::VrrpState, config_->name,
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
    case vrrp::Cause::Resumed:
      return "goes on where the agent before it was killed";
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

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

Count entrance_to(SectionState state) {
  switch (state) {
    case SectionState::Init:
      return Count::EnteredInit;
    case SectionState::Backup:
      return Count::EnteredBackup;
    case SectionState::Active:
      return Count::EnteredActive;
    case SectionState::Fault:
      break;
  }
  return Count::EnteredFault;
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
  counters_.add(Count::AdvertsReceived);
  counters_.add(admission.decoded.checksum);
  writer_.learn_form(packet.source, admission.decoded.checksum);
  packet_heard_ = now;
  silence_.reset();
  return hear({advert.priority, advert.interval, packet.source, admission.node}, yielded, now,
              effects);
}

// The second opinion counts where the link runs over the section's own network: that the link works
// shows that the network does, so something eats the adverts alone. Over another network it proves
// nothing, since the active host may be cut off from its clients. That a router resigned is true
// whichever way it is heard.
Section::Hearing Section::receive(const PeerAdvert& advert, bool yielded, base::TimePoint now,
                                  Effects& effects) {
  // The link is less punctual than packets are.
  constexpr base::Duration interval_min = std::chrono::milliseconds(100);
  const Word word{advert.priority, std::max(advert.interval, interval_min), advert.source,
                  cluster_->find_node(advert.node)};
  if (word.node == nullptr || word.node->name == self_ || word.source.family() != family_)
    return {};
  if (word.priority == vrrp::priority_resign) {
    const ActiveRouter* active = active_router(now);
    if (active == nullptr || active->address != word.source) return {};
  } else {
    if (hears_packets(advert.interval, now)) return {};
    miss_packets_of(*word.node, now, effects);
    if (!link_is_here_) return {};
  }
  counters_.add(Count::AdvertsByLink);
  return hear(word, yielded, now, effects);
}

// Of any router: what one said before it heard another must not come after that.
bool Section::hears_packets(base::Duration interval, base::TimePoint now) const {
  return packet_heard_ && now - *packet_heard_ <= 2 * interval;
}

void Section::miss_packets_of(const config::Node& node, base::TimePoint now, Effects& effects) {
  if (!link_up_) return silence_.reset();
  if (!silence_ || now - silence_->last_word > router_.active_down()) silence_ = {now, now};
  silence_->last_word = now;
  if (now - silence_->since < router_.active_down()) return;
  const std::string what = node.name + " is active, as it says on the peer link, but its adverts " +
                           "do not arrive on " + config_->interface;
  alarms_.raise(
      Alarms::Kind::Unheard,
      what + (link_is_here_ ? "; let VRRP (IP protocol 112) through between the two hosts"
                            : "; the link runs over another network, so that does not count"),
      now, effects);
}

Section::Hearing Section::hear(const Word& word, bool yielded, base::TimePoint now,
                               Effects& effects) {
  const bool heir = is_heir(word, now);
  const Hearing hearing = remember(word, now, effects);
  const bool relieves = !drained_ && is_of_drained(word);
  router_.set_preempt(relieves || may_preempt(yielded, now));
  apply(router_.receive({.priority = word.priority,
                         .interval = word.interval,
                         .source = word.source,
                         .heir = heir},
                        now),
        now, effects);
  return hearing;
}

Section::Hearing Section::remember(const Word& word, base::TimePoint now, Effects& effects) {
  hold_.reset();
  old_since_.reset();

  const config::Node* node = word.node;
  const int usual = node != nullptr ? config_->priority_of(node->name, *cluster_) : 0;
  const bool outbids = node != nullptr && word.priority > usual && is_bid(word.priority);
  if (node != nullptr && word.priority != usual && !is_bid(word.priority) && !is_of_drained(word)) {
    alarms_.raise(Alarms::Kind::Mismatch,
                  node->name + " advertises priority " + std::to_string(word.priority) +
                      ", this node's configuration gives it " + std::to_string(usual),
                  now, effects);
  }
  heard_ =
      ActiveRouter{word.source, word.priority, now, node != nullptr ? node->name : "", outbids};
  if (word.priority == vrrp::priority_resign) {
    counters_.add(Count::ResignationsReceived);
    return {};
  }
  return {.alive = true,
          .outbid = outbids,
          .commanded = outbids && word.priority == priority_commanded};
}

// Of a node that was told to take over or follows its group, and 0 of one that resigns.
bool Section::is_bid(std::uint8_t priority) const {
  const auto lowest = priority_following + 1 - static_cast<int>(cluster_->nodes.size());
  return priority == vrrp::priority_resign || priority == priority_commanded ||
         (priority <= priority_following && priority >= lowest);
}

// It is active for want of anybody else, and wants to be relieved, whatever `preempt` says.
bool Section::is_of_drained(const Word& word) const {
  return word.priority == priority_drained && word.node != nullptr &&
         config_->priority_of(word.node->name, *cluster_) != priority_drained;
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
// one of the cluster's nodes, the one that was active, and no other node has our priority or more,
// as any other has while we are drained.
bool Section::is_heir(const Word& word, base::TimePoint now) const {
  const bool resigns = word.priority == vrrp::priority_resign;
  const ActiveRouter* active = active_router(now);
  if (!resigns || word.node == nullptr || active == nullptr || active->address != word.source) {
    return false;
  }
  return std::ranges::none_of(cluster_->nodes, [&](const config::Node& other) {
    return &other != word.node && other.name != self_ &&
           (drained_ || config_->priority_of(other.name, *cluster_) >= own_priority_);
  });
}

bool Section::may_preempt(bool yielded, base::TimePoint now) const {
  if (yielded || drained_) return false;
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
  const base::IpAddress& source = router_.config().primary_address;
  const std::size_t sent =
      can_send_ ? writer_.write(priority, source, authenticator_, now, effects) : 0;
  for (std::size_t i = 0; i < sent; ++i) counters_.add(Count::AdvertsSent);
  // Also where the interface is down: the link may run over another.
  if (cluster_->nodes.size() > 1) effects.emplace_back(TellPeers{index_, source, priority});
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
  if (state != state_) {
    event.change = Emit::Change{index_, state_, state, priority()};
    counters_.add(entrance_to(state));
  }
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
    effects.emplace_back(Emit{EventKind::VrrpState,
                              config_->name,
                              heard_->name() + " also claims to be active, with priority " +
                                  std::to_string(heard_->priority) + "; told it off",
                              {},
                              true});
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

#include "agent/core/group.h"

#include <algorithm>

namespace wslb::agent::core {

namespace {

SectionState state_of(Fitness::Verdict verdict) {
  return verdict == Fitness::Verdict::Fault ? SectionState::Fault : SectionState::Init;
}

bool takes_part(const Section& section) {
  return section.state() == SectionState::Backup || section.state() == SectionState::Active;
}

}  // namespace

std::size_t Group::add(Section section) {
  sections_.push_back(std::move(section));
  return sections_.size() - 1;
}

void Group::settle(const Facts& facts, base::TimePoint now, Effects& effects) {
  std::vector<Fitness> each;
  const Section* culprit = nullptr;
  Fitness worst;  // a fault is worse than waiting
  for (const Section& section : sections_) {
    each.push_back(section.fitness(facts, now));
    if (each.back().verdict > worst.verdict) {
      worst = each.back();
      culprit = &section;
    }
  }
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    Section& section = sections_[i];
    if (culprit == nullptr) {
      if (!takes_part(section)) section.start(now, effects);
    } else if (each[i].verdict != Fitness::Verdict::Fit) {
      section.withdraw(state_of(each[i].verdict), each[i].reason, now, effects);
    } else {
      section.withdraw(state_of(worst.verdict),
                       "group " + name_ + ": " + culprit->config().name + ": " + worst.reason, now,
                       effects);
    }
    follow(section, now, effects);
  }
}

template <typename Advert>
void Group::receive(std::size_t member, const Advert& advert, base::TimePoint now,
                    Effects& effects) {
  Section& section = sections_.at(member);
  const bool was_active = section.state() == SectionState::Active;
  const Section::Hearing hearing = section.receive(advert, yield_ != Yield::None, now, effects);
  follow(section, now, effects);
  if (!hearing.alive) return;
  if (outbidding_ && outbidding_->until) outbidding_->until = now + longest_active_down();
  const bool stepped_down = was_active && section.state() == SectionState::Backup;
  if (section.state() == SectionState::Backup && hearing.commanded) yield_ = Yield::UntilActive;
  if (yield_ == Yield::None && hearing.outbid && stepped_down) yield_ = Yield::UntilUnited;
  if (yield_ == Yield::UntilUnited && is_united(now)) yield_ = Yield::None;
}
template void Group::receive(std::size_t, const PacketReceived&, base::TimePoint, Effects&);
template void Group::receive(std::size_t, const PeerAdvert&, base::TimePoint, Effects&);

void Group::wake(base::TimePoint now, Effects& effects) {
  for (Section& section : sections_) {
    section.wake(now, effects);
    follow(section, now, effects);
  }
}

void Group::expire(base::TimePoint now, Effects& effects) {
  for (Section& section : sections_) {
    if (must_wait(section, now)) section.listen_again(now);
    section.expire(now, effects);
    follow(section, now, effects);
  }
  if (outbidding_ && outbidding_->until && now >= *outbidding_->until) end_outbidding();
}

void Group::stop(base::TimePoint now, Effects& effects) {
  for (Section& section : sections_) {
    section.withdraw(SectionState::Init, "the agent has stopped", now, effects);
  }
}

void Group::resign(const std::string& why, base::TimePoint now, Effects& effects) {
  yield_ = Yield::UntilActive;
  for (Section& section : sections_) {
    section.resign(why, now, effects);
    follow(section, now, effects);
  }
}

void Group::take_over(const std::string& why, base::TimePoint now, Effects& effects) {
  for (Section& section : sections_) {
    if (section.state() == SectionState::Backup) outbid(section, priority_commanded, now);
  }
  for (Section& section : sections_) {
    if (section.state() != SectionState::Backup) continue;
    section.take_over(why, now, effects);
    follow(section, now, effects);
  }
}

void Group::set_drained(bool drained, base::TimePoint now, Effects& effects) {
  if (drained_ == drained) return;
  drained_ = drained;
  for (Section& section : sections_) section.set_drained(drained);
  if (outbidding_) end_outbidding();
  if (drained && is_active()) return resign("drained", now, effects);
  // As it would be had it never stood back.
  if (!drained) yield_ = Yield::None;
}

// What one section has become, the others become too.
void Group::follow(Section& leader, base::TimePoint now, Effects& effects) {
  const std::optional<vrrp::Become> news = leader.take_news();
  if (!news) return;
  if (news->state == vrrp::State::Active) {
    yield_ = Yield::None;
    pull(leader, now, effects);
    return;
  }
  const std::string why = "group " + name_ + ": " + leader.config().name + " stepped down";
  for (Section& section : sections_) {
    // The winner takes the whole group: to resign would only call in a third node.
    if (news->cause == vrrp::Cause::HigherPriority) section.step_down(why, now, effects);
    if (news->cause == vrrp::Cause::Stalled) section.resign(why, now, effects);
  }
  if (!outbidding_ || is_active()) return;
  end_outbidding();
  // With the skew of the priority that counts from now on.
  for (Section& section : sections_) {
    if (section.state() == SectionState::Backup) section.listen_again(now);
  }
}

// The leader's active router is gone, but other sections may still hear it, or another one: then
// both would hold a part of the group and throw each other out for ever, unless one gives way.
void Group::pull(const Section& leader, base::TimePoint now, Effects& effects) {
  const std::string why = "group " + name_ + ": " + leader.config().name + " became active";
  const bool is_contested = std::ranges::any_of(sections_, [&](const Section& section) {
    return section.state() == SectionState::Backup && section.active_router(now) != nullptr;
  });
  // In all sections, the leader's too: two nodes that pull their groups crosswise, each leading in
  // another section, would else both lose.
  for (Section& section : sections_) {
    if (is_contested && !is_commanded()) outbid(section, section.following_priority(), now);
  }
  for (Section& section : sections_) {
    if (section.state() == SectionState::Backup) section.take_over(why, now, effects);
  }
}

void Group::outbid(Section& section, std::uint8_t priority, base::TimePoint now) {
  const Section::ActiveRouter* active = section.active_router(now);
  const bool stranger = active != nullptr && active->node.empty();
  const bool for_good = (stranger && priority == priority_commanded) || is_outbidding_for_good();
  section.set_priority_floor(priority);
  outbidding_ = Outbidding{.until = {}, .commanded = priority == priority_commanded};
  if (!for_good) outbidding_->until = now + longest_active_down();
}

void Group::end_outbidding() {
  outbidding_.reset();
  for (Section& section : sections_) section.set_priority_floor(0);
}

// All sections hear an active router, and none of these advertises more than it is configured to.
bool Group::is_united(base::TimePoint now) const {
  return std::all_of(sections_.begin(), sections_.end(), [&](const Section& section) {
    const Section::ActiveRouter* active = section.active_router(now);
    return active != nullptr && !active->outbids;
  });
}

bool Group::must_wait(const Section& silent, base::TimePoint now) const {
  if (yield_ == Yield::None || silent.state() != SectionState::Backup) return false;
  if (silent.router_expiry() > now) return false;
  return std::any_of(sections_.begin(), sections_.end(), [&](const Section& other) {
    return &other != &silent && other.active_router(now) != nullptr;
  });
}

base::Duration Group::longest_active_down() const {
  base::Duration longest{};
  for (const Section& section : sections_) longest = std::max(longest, section.active_down());
  return longest;
}

bool Group::is_active() const {
  return std::any_of(sections_.begin(), sections_.end(), [](const Section& section) {
    return section.state() == SectionState::Active;
  });
}

std::optional<base::TimePoint> Group::next_expiry() const {
  std::optional<base::TimePoint> next;
  if (outbidding_) next = outbidding_->until;
  for (const Section& section : sections_) {
    const std::optional<base::TimePoint> other = section.next_expiry();
    if (other && (!next || *other < *next)) next = other;
  }
  return next;
}

}  // namespace wslb::agent::core

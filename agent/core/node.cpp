#include "agent/core/node.h"

#include <algorithm>
#include <cassert>

#include "base/overloaded.h"

namespace wslb::agent::core {

namespace {

std::string link_text(const LinkChanged& link) {
  if (!link.exists) return "does not exist";
  if (!link.up) return "is down";
  const auto& address = link.primary_v4 ? link.primary_v4 : link.link_local_v6;
  return address ? "is up with " + address->to_string() : "is up without an address";
}

// So long the first reports after a restart may take: the proxy's, or the checks'.
base::Duration longest_report(const config::Config& config) {
  constexpr base::Duration least = std::chrono::seconds(1);
  constexpr base::Duration most = std::chrono::seconds(5);
  base::Duration longest = least;
  const auto consider = [&](const config::UrlCheck& check) {
    longest = std::max(longest, (check.rise + 1) * check.inter);
  };
  if (config.cluster->external_proxy) consider(config.cluster->external_proxy->check);
  for (const config::VrrpSection& section : config.vrrps) {
    std::ranges::for_each(section.track_checks, consider);
  }
  return std::min(longest, most);
}

// Whoever gives up several sections at once says so only when all of their VIPs are gone: a peer
// that hears of the first takes over the whole group.
void vacate_first(Effects& effects) {
  for (auto here = effects.begin(); here != effects.end(); ++here) {
    const auto* removal = std::get_if<RemoveVips>(&*here);
    if (removal == nullptr) continue;
    const auto advert = std::find_if(effects.begin(), here, [](const Effect& effect) {
      return std::holds_alternative<SendAdvert>(effect) ||
             std::holds_alternative<TellPeers>(effect);
    });
    const bool added_since = std::any_of(advert, here, [&](const Effect& effect) {
      const auto* addition = std::get_if<AddVips>(&effect);
      return addition != nullptr && addition->section == removal->section;
    });
    if (!added_since) std::rotate(advert, here, here + 1);
  }
}

}  // namespace

Node::Node(const config::Config& config, std::string_view self, const vrrp::Keyring& keys)
    : config_(std::make_unique<const config::Config>(config)),
      self_(self),
      succession_(cluster().patience()) {
  assert(cluster().find_node(self) != nullptr);
  for (std::size_t i = 0; i < config_->vrrps.size(); ++i) {
    const config::VrrpSection& section = config_->vrrps[i];
    const auto same = [&](const Group& group) {
      return !section.group.empty() && group.name() == section.group;
    };
    auto group = std::find_if(groups_.begin(), groups_.end(), same);
    if (group == groups_.end()) group = groups_.emplace(group, section.group);
    const auto number = static_cast<std::size_t>(group - groups_.begin());
    places_.push_back({number, group->add(Section(i, section, cluster(), self, keys))});
  }
}

Effects Node::handle(const Input& input, base::TimePoint now) {
  Effects effects;
  if (life_ == Life::Running) {
    for (Group& group : groups_) group.wake(now, effects);
  }
  std::visit(
      base::Overloaded{
          [&](const Start& begin) { start(begin, now, effects); },
          [&](const Stop&) { stop(now, effects); },
          [&](const LinkChanged& link) { link_changed(link, now, effects); },
          [&](const PacketReceived& packet) {
            const Place place = places_.at(packet.section);
            groups_.at(place.group).receive(place.member, packet, now, effects);
          },
          [&](const PeerAdvert& advert) {
            const Place place = places_.at(advert.section);
            groups_.at(place.group).receive(place.member, advert, now, effects);
          },
          [&](const ProxyChanged& change) { proxy_changed(change, now, effects); },
          [&](const KeptEnded&) { judge_succession(succession_.kept_ended(), effects); },
          [&](const TrackChanged& change) { track_changed(change, effects); },
          [&](const AddressClaimed& claim) {
            section(claim.section).address_claimed(claim, now, effects);
          },
          [&](const AddressResult& result) {
            section(result.section).address_result(result, now, effects);
          },
          [&](const AddressLost& lost) { section(lost.section).address_lost(lost, now, effects); },
          [&](const Failover& command) { failover(command, now, effects); },
          [&](const Drain& command) { drain(command, now, effects); },
      },
      input);
  settle(now, effects);
  vacate_first(effects);
  return effects;
}

Effects Node::expire(base::TimePoint now) {
  Effects effects;
  if (life_ != Life::Running) return effects;
  facts_.expire(now);
  judge_succession(succession_.expire(now), effects);
  for (Group& group : groups_) group.expire(now, effects);
  settle(now, effects);
  vacate_first(effects);
  return effects;
}

std::optional<base::TimePoint> Node::next_expiry() const {
  std::optional<base::TimePoint> next;
  if (life_ != Life::Running) return next;
  next = facts_.presumed_until;
  const auto consider = [&next](std::optional<base::TimePoint> other) {
    if (other && (!next || *other < *next)) next = other;
  };
  consider(succession_.next_expiry());
  for (const Group& group : groups_) consider(group.next_expiry());
  return next;
}

Status Node::status(base::TimePoint now) const {
  Status status{.node = self_, .sections = {}, .proxy = facts_.proxy, .drained = drained_};
  for (const Place& place : places_) {
    status.sections.push_back(groups_[place.group].sections()[place.member].status(now));
  }
  return status;
}

std::uint32_t Node::sequence_seconds() const {
  std::uint32_t newest = 0;
  for (const Group& group : groups_) {
    for (const Section& each : group.sections()) {
      newest = std::max(newest, each.sequence_seconds());
    }
  }
  return newest;
}

void Node::stop(base::TimePoint now, Effects& effects) {
  if (life_ == Life::Running) {
    for (Group& group : groups_) group.stop(now, effects);
  }
  life_ = Life::Stopped;
}

void Node::start(const Start& begin, base::TimePoint now, Effects& effects) {
  if (life_ != Life::Loading) return;
  life_ = Life::Running;
  drained_ = begin.drained;
  for (Group& group : groups_) group.set_drained(drained_, now, effects);
  for (Group& group : groups_) {
    for (Section& each : group.sections()) each.begin(begin.sequence_seconds, now);
  }
  for (const std::size_t index : begin.vacated) section(index).say_farewell(now, effects);
  resume(begin, now, effects);
}

// A group goes on where the killed agent stopped if all of it can; else it gives all of it up.
void Node::resume(const Start& begin, base::TimePoint now, Effects& effects) {
  if (begin.inherited.empty()) return;
  if (begin.proxy_pid != 0) facts_.presume(begin.proxy_pid, now + longest_report(*config_));
  const auto last_advert = [&](const Section& each) -> std::optional<base::TimePoint> {
    const auto found = std::ranges::find(begin.inherited, each.index(), &Inherited::section);
    if (found == begin.inherited.end()) return std::nullopt;
    return found->last_advert;
  };
  bool any = false;
  for (Group& group : groups_) {
    const bool whole = std::ranges::all_of(group.sections(), [&](const Section& each) {
      return each.may_resume(last_advert(each), facts_, now);
    });
    any = any || whole;
    for (Section& each : group.sections()) {
      if (whole) {
        each.resume(now, effects);
      } else if (const auto last = last_advert(each)) {
        each.give_up_inheritance(*last, now, effects);
      }
    }
  }
  if (!any) facts_.end_presumption();
}

void Node::link_changed(const LinkChanged& link, base::TimePoint now, Effects& effects) {
  LinkChanged& known = facts_.links[link.interface];
  const bool is_first = known.interface.empty();
  if (is_first || link_text(known) != link_text(link)) {
    effects.emplace_back(Emit{EventKind::Interface, link.interface, link_text(link), {}, !link.up});
  }
  known = link;
  for (Group& group : groups_) {
    for (Section& each : group.sections()) {
      if (each.config().interface == link.interface) each.set_link(link, now, effects);
    }
  }
}

void Node::track_changed(const TrackChanged& change, Effects& effects) {
  const auto known = facts_.tracks.find(change.what);
  const bool is_new = known == facts_.tracks.end();
  facts_.tracks.insert_or_assign(change.what, change);
  const std::string reason = change.reason.empty() ? "" : ": " + change.reason;
  if (is_new && change.up) return;
  effects.emplace_back(Emit{
      EventKind::Track, change.what, change.up ? "good again" : "failed" + reason, {}, !change.up});
}

// Whatever has happened: sections that are not fit leave the election, those that are again join.
void Node::settle(base::TimePoint now, Effects& effects) {
  if (life_ != Life::Running) return;
  for (Group& group : groups_) group.settle(facts_, now, effects);
}

Node::Place Node::place_of(std::size_t index) const {
  assert(index < places_.size());
  return places_[index];
}

Section& Node::section(std::size_t index) {
  const Place place = place_of(index);
  return groups_[place.group].sections()[place.member];
}

}  // namespace wslb::agent::core

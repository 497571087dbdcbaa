#include "tests/sim/checker.h"

#include <algorithm>

namespace wslb::sim {

Checker::Checker(World& world)
    : world_(world), witness_(world), sightings_(world.sections()), disturbed_(world.now()) {
  const std::size_t hosts = world.hosts().size();
  for (Sighting& sighting : sightings_) {
    sighting.beaten.resize(hosts * hosts);
    sighting.doubled.resize(hosts * hosts);
    sighting.linked.resize(hosts * hosts);
  }
}

void Checker::disturbed() {
  disturbed_ = world_.now();
  for (Sighting& sighting : sightings_) {
    for (auto& each : sighting.beaten) each.reset();
    for (auto& each : sighting.doubled) each.reset();
    for (auto& each : sighting.linked) each.reset();
    sighting.missing.reset();
  }
}

void Checker::observe() {
  witness_.observe();
  for (std::size_t section = 0; section < sightings_.size(); ++section) {
    look(section, sightings_[section]);
    check_doubles(section, sightings_[section]);
    check_outage(section, sightings_[section]);
  }
}

void Checker::fail(std::size_t section, const std::string& what) {
  if (!violation_) violation_ = world_.section(0, section).name + ": " + what;
}

// In the world's time, on the slowest clock.
Duration Checker::stretch(Duration shown) const {
  Duration longest{};
  for (const Host& host : world_.hosts()) longest = std::max(longest, host.clock.lasts(shown));
  return longest;
}

Duration Checker::overlap(std::size_t section) const {
  return stretch(witness_.slowest(section)) + 2 * world_.network().delay_max;
}

// A section of a group may wait for the slowest of them.
Duration Checker::outage(std::size_t section) const {
  const bool grouped = !world_.section(0, section).group.empty();
  Duration down{};
  for (std::size_t i = 0; i < world_.sections(); ++i) {
    if (i != section && !grouped) continue;
    for (std::size_t host = 0; host < world_.hosts().size(); ++host) {
      if (!witness_.is_fit(host, section)) continue;
      const int priority = witness_.configured(host, i);
      down = std::max(down, active_down(world_.section(0, i), priority, witness_.patience(i)));
    }
  }
  const Duration delay = world_.section(0, section).start_delay;
  // Authentic but old adverts have a backup wait three times longer at most, and what is left of
  // it.
  const int rounds = was_attacked() ? 5 : 1;
  return stretch(delay + (grouped ? 2 : 1) * rounds * down) + overlap(section);
}

Duration Checker::settling_time() const {
  Duration longest{};
  for (std::size_t i = 0; i < world_.sections(); ++i) {
    const config::VrrpSection& section = world_.section(0, i);
    const Duration down = active_down(section, 1, witness_.patience(i));
    int rounds = section.group.empty() ? 4 : 8;  // until a group has united
    if (was_attacked()) rounds += 4;
    longest = std::max(longest, rounds * down + section.start_delay + section.preempt.after);
  }
  // A dead proxy's successor may come just before its time is over, or just after.
  longest += 2 * world_.proxy_patience() + agent::core::Succession::kEndingMax;
  return stretch(longest) + 2 * world_.network().late_max + 2 * world_.network().delay_max;
}

// Hosts may be off or unfit, but nothing is lost, nobody sleeps and nobody's VIPs are in doubt.
bool Checker::is_quiet() const {
  if (!world_.network().is_whole()) return false;
  for (std::size_t i = 0; i < world_.hosts().size(); ++i) {
    const Host& host = world_.hosts()[i];
    if (host.asleep_since) return false;
    for (std::size_t section = 0; host.node && section < sightings_.size(); ++section) {
      if (witness_.in_doubt(i, section)) return false;
    }
  }
  return true;
}

bool Checker::was_attacked() const {
  const auto replays = static_cast<std::size_t>(Fault::PacketReplayed);
  return world_.statistics().faults.at(replays) > 0;
}

// A section that was held out comes back, and everything settles once more.
bool Checker::was_doubted() const {
  const Duration settling = settling_time();
  for (std::size_t i = 0; i < world_.hosts().size(); ++i) {
    for (const Host::Post& post : world_.hosts()[i].posts) {
      if (post.adds_fail || world_.local_now(i) <= post.doubted_until + settling) return true;
    }
  }
  return false;
}

bool Checker::any_fit(std::size_t section) const {
  for (std::size_t i = 0; i < world_.hosts().size(); ++i) {
    if (witness_.is_fit(i, section) && !witness_.in_doubt(i, section)) return true;
  }
  return false;
}

bool Checker::hears(std::size_t section, std::size_t from, std::size_t to) const {
  const std::size_t network = world_.network_of(section);
  return world_.network().is_reliable(network, from, to) && world_.hosts()[from].link_up[network] &&
         world_.hosts()[to].link_up[network];
}

bool Checker::beats(std::size_t section, std::size_t winner, std::size_t loser) const {
  const int mine = witness_.advertised(winner, section);
  const int other = witness_.advertised(loser, section);
  return mine > other || (mine == other && winner > loser);  // addresses grow with the number
}

void Checker::look(std::size_t section, Sighting& sighting) {
  std::size_t same = 0;
  bool changed = false;
  for (std::size_t i = 0; i < world_.hosts().size() && !changed; ++i) {
    if (!world_.has_vips(i, section) || !world_.hosts()[i].awake()) continue;
    changed = same >= sighting.owners.size() || sighting.owners[same] != i;
    ++same;
  }
  if (!changed && same == sighting.owners.size()) return;
  std::vector<std::size_t> owners;
  for (std::size_t i = 0; i < world_.hosts().size(); ++i) {
    if (world_.has_vips(i, section) && world_.hosts()[i].awake()) owners.push_back(i);
  }
  moved(section, sighting, std::move(owners));
}

void Checker::moved(std::size_t section, Sighting& sighting, std::vector<std::size_t> owners) {
  const bool quiet = is_quiet();
  if (quiet && is_settled() && !was_doubted()) {
    fail(section, "the VIP flaps");
  }
  const auto was_there = [&](std::size_t owner) {
    return std::find(sighting.owners.begin(), sighting.owners.end(), owner) !=
           sighting.owners.end();
  };
  for (const std::size_t owner : owners) {
    if (!was_there(owner)) ++world_.statistics().take_overs;
  }
  if (owners.empty() && quiet && any_fit(section)) sighting.lost = world_.now();
  if (!owners.empty() && sighting.lost) {
    if (quiet && world_.section(0, section).version == 3) {
      const std::size_t which = Statistics::class_of(witness_.slowest(section));
      world_.statistics().outages.at(which).add(world_.now() - *sighting.lost);
    }
    sighting.lost.reset();
  }
  sighting.owners = std::move(owners);
}

void Checker::check_doubles(std::size_t section, Sighting& sighting) {
  if (sighting.owners.size() < 2) {
    if (!sighting.paired) return;
    for (auto& each : sighting.beaten) each.reset();
    for (auto& each : sighting.doubled) each.reset();
    for (auto& each : sighting.linked) each.reset();
    sighting.paired = false;
    return;
  }
  sighting.paired = true;
  for (std::size_t a = 0; a < world_.hosts().size(); ++a) {
    for (std::size_t b = 0; b < world_.hosts().size(); ++b) {
      if (a != b) check_pair(section, sighting, a, b);
    }
  }
}

void Checker::check_pair(std::size_t section, Sighting& sighting, std::size_t a, std::size_t b) {
  const std::size_t pair = a * world_.hosts().size() + b;
  const auto owns = [&](std::size_t host) {
    return world_.has_vips(host, section) && world_.hosts()[host].settled();
  };
  const bool both = owns(a) && owns(b);
  const auto judge = [&](bool bad, std::optional<TimePoint>& since, int rounds, const char* what) {
    if (!bad) return since.reset();
    if (!since) since = world_.now();
    if (world_.now() - *since > rounds * overlap(section)) {
      fail(section, world_.hosts()[a].name + " and " + world_.hosts()[b].name + what);
    }
  };
  judge(both && hears(section, a, b) && beats(section, a, b), sighting.beaten[pair], 1,
        " have the VIP though the latter hears the former, who is better");
  // Within two intervals the link is not asked.
  judge(a < b && both && world_.are_linked(world_.network_of(section), a, b), sighting.linked[pair],
        4, " have the VIP though their agents have a link");
  judge(a < b && both && hears(section, a, b) && hears(section, b, a), sighting.doubled[pair], 2,
        " have the VIP though they hear each other");
}

void Checker::check_outage(std::size_t section, Sighting& sighting) {
  const bool missing = sighting.owners.empty() && is_quiet() && any_fit(section);
  if (!missing) {
    sighting.missing.reset();
    sighting.lost.reset();
    return;
  }
  if (!sighting.missing) sighting.missing = world_.now();
  if (world_.now() - *sighting.missing > outage(section)) fail(section, "nobody has the VIP");
}

void Checker::judge_quiet() {
  if (!is_quiet() || was_doubted()) return;
  for (std::size_t section = 0; section < sightings_.size(); ++section) judge_section(section);
}

// Multicast over IPv6 comes from addresses that the cluster does not know, so a host that outbid
// one of them keeps its bid as long as it is active.
bool Checker::has_strangers() const {
  const auto& sections = world_.hosts().front().config.vrrps;
  return std::any_of(sections.begin(), sections.end(), [](const config::VrrpSection& each) {
    return each.transport == config::Transport::Multicast && !each.vips.front().address.is_v4();
  });
}

void Checker::judge_section(std::size_t section) {
  const std::vector<std::size_t>& owners = sightings_[section].owners;
  const config::VrrpSection& config = world_.section(0, section);
  const std::size_t network = world_.network_of(section);
  const bool linked = std::all_of(world_.hosts().begin(), world_.hosts().end(),
                                  [&](const Host& host) { return host.link_up[network]; });
  if (owners.size() > 1) fail(section, "more than one host has the VIP in the end");
  if (!any_fit(section)) return;
  if (owners.size() != 1) return fail(section, "nobody has the VIP in the end");
  const std::size_t owner = owners.front();
  const int priority = witness_.configured(owner, section);
  const bool outbids = has_strangers() && (!priorities_count_ || !config.group.empty());
  if (witness_.advertised(owner, section) != priority && !outbids) {
    fail(section, world_.hosts()[owner].name + " advertises another priority than its own");
  }
  if (!priorities_count_ || !linked || outbids) return;
  for (std::size_t i = 0; i < world_.hosts().size() && config.preempt.enabled; ++i) {
    if (witness_.is_fit(i, section) && witness_.configured(i, section) > priority) {
      fail(section, world_.hosts()[i].name + " has a higher priority than the active host");
    }
  }
}

}  // namespace wslb::sim

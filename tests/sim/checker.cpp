#include "tests/sim/checker.h"

#include <algorithm>

#include "vrrp/timing.h"

namespace wslb::sim {

namespace {

constexpr Duration transits = 4 * World::delay_max;

}  // namespace

Checker::Checker(const World& world)
    : world_(world), sightings_(world.config().vrrps.size()), disturbed_(world.now()) {}

void Checker::disturbed() {
  disturbed_ = world_.now();
  for (Sighting& sighting : sightings_) {
    sighting.doubled.reset();
    sighting.missing.reset();
  }
}

void Checker::observe() {
  check_proxies();
  for (std::size_t section = 0; section < sightings_.size(); ++section) {
    check_flapping(section, sightings_[section]);
    check_double(section, sightings_[section]);
    check_missing(section, sightings_[section]);
  }
}

void Checker::fail(std::size_t section, const std::string& what) {
  if (!violation_) violation_ = world_.config().vrrps[section].name + ": " + what;
}

// A sleeping host keeps its VIP until the lease ends, and packets get lost: nothing can be said.
bool Checker::can_judge() const {
  const auto asleep = [](const Host& host) { return host.asleep_until.has_value(); };
  return world_.loss() == 0 && std::none_of(world_.hosts().begin(), world_.hosts().end(), asleep);
}

bool Checker::is_fit(const Host& host) const {
  return host.awake() && host.proxy_up &&
         std::all_of(host.link_up.begin(), host.link_up.end(), [](bool up) { return up; });
}

Duration Checker::active_down() const {
  const config::VrrpSection& section = world_.config().vrrps.front();
  return vrrp::active_down_interval(3, 1, section.advert);
}

void Checker::check_proxies() {
  for (const Host& host : world_.hosts()) {
    if (host.awake() && !host.proxy_up && !host.vips.empty()) {
      fail(*host.vips.begin(), host.name + " has the VIP without a proxy");
    }
  }
}

void Checker::check_states() {
  for (const Host& host : world_.hosts()) {
    if (!host.awake()) continue;
    const agent::core::Status status = host.node->status(world_.now());
    for (std::size_t i = 0; i < sightings_.size(); ++i) {
      const bool active = status.sections[i].state == agent::core::SectionState::Active;
      if (active != (host.vips.count(i) > 0)) fail(i, host.name + ": VIP and state differ");
    }
  }
}

void Checker::check_double(std::size_t section, Sighting& sighting) {
  const auto& hosts = world_.hosts();
  bool doubled = false;
  for (const std::size_t a : sighting.owners) {
    for (const std::size_t b : sighting.owners) {
      doubled = doubled || (a != b && world_.connected(hosts[a], hosts[b], section));
    }
  }
  if (!doubled || !can_judge()) return sighting.doubled.reset();
  if (!sighting.doubled) sighting.doubled = world_.now();
  const Duration bound = world_.config().vrrps[section].advert + transits;
  if (world_.now() - *sighting.doubled > bound) fail(section, "two hosts have the VIP");
}

// A group that yielded waits while one of its networks is split, so then only single sections
// count.
void Checker::check_missing(std::size_t section, Sighting& sighting) {
  const auto& hosts = world_.hosts();
  const bool grouped = !world_.config().vrrps[section].group.empty();
  const auto whole = [](const Host& host) {
    return std::all_of(host.side.begin(), host.side.end(), [](int side) { return side == 0; });
  };
  const bool judge = can_judge() && (!grouped || std::all_of(hosts.begin(), hosts.end(), whole));
  bool missing = false;
  for (const Host& host : hosts) {
    if (!is_fit(host)) continue;
    const auto serves = [&](std::size_t owner) {
      return world_.connected(host, hosts[owner], section);
    };
    missing = missing || std::none_of(sighting.owners.begin(), sighting.owners.end(), serves);
  }
  if (!missing || !judge) return sighting.missing.reset();
  if (!sighting.missing) sighting.missing = world_.now();
  const Duration bound = active_down() + world_.config().vrrps[section].advert + transits;
  if (world_.now() - *sighting.missing > bound) fail(section, "nobody has the VIP");
}

void Checker::check_flapping(std::size_t section, Sighting& sighting) {
  std::vector<std::size_t> owners;
  for (std::size_t i = 0; i < world_.hosts().size(); ++i) {
    if (world_.hosts()[i].vips.count(section) > 0) owners.push_back(i);
  }
  if (owners == sighting.owners) return;
  sighting.owners = owners;
  const Duration settling = 4 * active_down() + world_.config().vrrps[section].preempt.after;
  if (can_judge() && world_.now() - disturbed_ > settling) fail(section, "the VIP flaps");
}

}  // namespace wslb::sim

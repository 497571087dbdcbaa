#include "tests/sim/disturber.h"

#include <algorithm>

namespace wslb::sim {

using namespace std::chrono_literals;

Disturber::Disturber(World& world, Checker& checker, Random& random)
    : world_(world),
      checker_(checker),
      random_(random),
      attacker_(world),
      touches_network_(random.chance(60)),
      touches_addresses_(random.chance(20)),
      commands_(random.chance(50)),
      attacked_(random.chance(50)) {}

void Disturber::disturb() {
  expected_.reset();
  const bool settled = checker_.is_settled();
  checker_.disturbed();
  const std::size_t host = draw_host();
  if (!world_.hosts()[host].powered) {
    world_.boot(host);
    return;
  }
  switch (random_.below(10)) {
    case 0:
    case 1:
      return disturb_host(host);
    case 2:
    case 3:
    case 4:
      return disturb_agent(host);
    case 5:
    case 6:
      return touches_network_ ? disturb_network(host) : disturb_host(host);
    case 7:
      return touches_addresses_ ? disturb_addresses(host) : disturb_agent(host);
    case 8:
      if (attacked_) {
        attacking_ = !attacking_;
        note(attacking_ ? "an attacker comes" : "the attacker goes");
        return;
      }
      [[fallthrough]];
    default:
      if (!commands_) return disturb_host(host);
      return random_.chance(20) ? command_pair() : command(host, settled);
  }
}

void Disturber::disturb_host(std::size_t index) {
  Host& host = world_.hosts()[index];
  const std::size_t network = world_.network_of(random_.below(world_.sections()));
  switch (random_.below(world_.tracks() ? 4 : 3)) {
    case 0:
      count(Fault::PowerCut);
      return world_.cut_power(index);
    case 1:
      if (host.proxy_up) count(Fault::ProxyDown);
      return world_.set_proxy(index, !host.proxy_up);
    case 2:
      if (host.link_up[network]) count(Fault::LinkDown);
      if (!host.link_up[network]) return world_.set_link(index, network, true);
      if (world_.sections() > 1) checker_.priorities_count(false);
      return world_.set_link(index, network, false);
    default:
      if (host.track_up) count(Fault::TrackDown);
      return world_.set_track(index, !host.track_up);
  }
}

void Disturber::disturb_agent(std::size_t index) {
  Host& host = world_.hosts()[index];
  if (!host.node) return world_.start_agent(index);
  switch (random_.below(4)) {
    case 0:
      if (!host.awake()) return;
      count(Fault::CleanStop);
      return world_.stop_agent(index);
    case 1: {
      count(Fault::AgentKilled);
      world_.kill_agent(index);
      if (random_.chance(40)) return;
      const Duration soon = random_.between(0ms, 4 * checker_.witness().slowest(0));
      world_.run_for(soon);
      return world_.start_agent(index);
    }
    default:
      return pause(index);
  }
}

void Disturber::pause(std::size_t index) {
  if (!world_.hosts()[index].awake()) return;
  count(Fault::AgentPaused);
  world_.pause_agent(index, random_.between(Duration(0), 12 * checker_.witness().slowest(0)));
}

void Disturber::disturb_network(std::size_t index) {
  Network& network = world_.network();
  const std::size_t which = world_.network_of(random_.below(world_.sections()));
  std::size_t other = draw_host();
  if (other == index) other = (index + 1) % world_.hosts().size();
  Path& path = network.path(which, index, other);
  const Duration slowest = checker_.witness().slowest(0);
  const std::string name = "from " + world_.hosts()[index].name + " to " +
                           world_.hosts()[other].name + " on eth" + std::to_string(which);
  if (world_.sections() > 1) checker_.priorities_count(false);
  switch (random_.below(6)) {
    case 5:
      path.filtered = !path.filtered;
      if (path.filtered) count(Fault::PathFiltered);
      return note(name + (path.filtered ? ": no advert arrives" : ": adverts arrive again"));
    case 0:
      path.cut = !path.cut;
      if (path.cut) count(Fault::PathCut);
      return note(name + (path.cut ? ": nothing arrives" : ": packets arrive again"));
    case 1:
      path.loss = path.loss > 0 ? 0 : static_cast<std::uint8_t>(5 + random_.below(91));
      if (path.loss > 0) count(Fault::PathLoss);
      return note(name + ": " + std::to_string(path.loss) + " % are lost");
    case 2:
      return split(which);
    case 3:
      network.duplicated = network.duplicated > 0 ? 0 : 20;
      if (network.duplicated > 0) count(Fault::Duplication);
      return note("doubled: " + std::to_string(network.duplicated) + " %");
    default:
      network.reordered = network.reordered > 0 ? 0 : 20;
      network.late_max = std::max(network.delay_max, slowest * 3 / 2);
      if (network.reordered > 0) count(Fault::Reordering);
      return note("late: " + std::to_string(network.reordered) + " %");
  }
}

void Disturber::split(std::size_t network) {
  count(Fault::NetworkSplit);
  const std::size_t hosts = world_.hosts().size();
  const std::size_t sides = 1 + random_.below((1U << hosts) - 2);
  std::string names;
  for (std::size_t a = 0; a < hosts; ++a) {
    if ((sides >> a & 1U) != 0) names += " " + world_.hosts()[a].name;
    for (std::size_t b = 0; b < hosts; ++b) {
      if ((sides >> a & 1U) != (sides >> b & 1U)) world_.network().path(network, a, b).cut = true;
    }
  }
  note("eth" + std::to_string(network) + " splits:" + names + " on one side");
}

void Disturber::disturb_addresses(std::size_t index) {
  const std::size_t section = random_.below(world_.sections());
  const Host::Post& post = world_.hosts()[index].posts[section];
  const std::size_t vip = random_.below(world_.section(index, section).vips.size());
  switch (random_.below(4)) {
    case 0:
      if (post.vips == 0) return;
      count(Fault::VipRemoved);
      return world_.remove_vip(index, section, vip);
    case 1:
      for (int i = 0; i < 8 && (post.vips >> vip & 1U) != 0; ++i) {
        count(Fault::VipRemoved);
        world_.remove_vip(index, section, vip);
        world_.run_for(random_.between(Duration(0), 50ms));
      }
      return;
    case 2:
      return world_.set_adds_fail(index, section, !post.adds_fail);
    default:
      count(Fault::VipClaimed);
      return world_.claim_vip(index, section);
  }
}

std::string Disturber::draw_target() {
  const std::size_t to = random_.below(2 * world_.hosts().size());
  return to < world_.hosts().size() ? world_.hosts()[to].name : "";
}

// What it should lead to is judged where nothing else is the matter.
void Disturber::command(std::size_t index, bool settled) {
  count(Fault::Command);
  checker_.priorities_count(false);
  const std::size_t section = random_.below(world_.sections());
  const auto owners = checker_.owners(section);
  const std::string to = draw_target();
  world_.failover(index, random_.chance(50) ? "" : world_.section(index, section).name, to);
  const auto& answers = world_.happened();
  const bool accepted = std::any_of(answers.begin(), answers.end(), [](const Happening& each) {
    return each.kind == Happening::Kind::Answered && each.yes;
  });
  if (owners.empty()) return;
  if (random_.chance(20)) return die_halfway(index, owners.front());
  if (!accepted || !settled || owners.size() > 1) return;
  if (!checker_.is_quiet() || !all_in_best_order()) return;
  expected_ = Expectation{section, std::nullopt, std::nullopt};
  const auto name = [&](std::size_t host) { return world_.hosts()[host].name; };
  if (index == owners.front() && to != name(index)) expected_->inactive = index;
  if (index != owners.front() && (to.empty() || to == name(index))) expected_->active = index;
}

// All hosts are fit and hear one another.
bool Disturber::all_in_best_order() const {
  for (std::size_t i = 0; i < world_.hosts().size(); ++i) {
    for (std::size_t section = 0; section < world_.sections(); ++section) {
      if (!checker_.witness().is_fit(i, section)) return false;
      // No command outbids these.
      if (checker_.witness().configured(i, section) >= 253) return false;
    }
  }
  return !attacking_;
}

void Disturber::judge_command() {
  if (!expected_ || !checker_.is_quiet()) return;
  const auto& owners = checker_.owners(expected_->section);
  const std::size_t owner = owners.empty() ? world_.hosts().size() : owners.front();
  if (expected_->active && owner != *expected_->active) {
    checker_.fail(expected_->section, "a command was accepted and the VIP is elsewhere");
  }
  if (expected_->inactive && owner == *expected_->inactive) {
    checker_.fail(expected_->section, "a command was accepted and the VIP is where it was");
  }
  expected_.reset();
}

void Disturber::die_halfway(std::size_t commanded, std::size_t active) {
  count(Fault::CommandHalfway);
  world_.run_for(random_.between(Duration(0), 2 * world_.network().delay_max));
  const std::size_t victim = random_.chance(50) ? commanded : active;
  if (random_.chance(50)) return world_.cut_power(victim);
  if (world_.hosts()[victim].node) world_.kill_agent(victim);
}

void Disturber::command_pair() {
  count(Fault::CommandPair);
  checker_.priorities_count(false);
  const std::size_t first = draw_host();
  const std::size_t second = (first + 1) % world_.hosts().size();
  world_.failover(first, "", draw_target());
  world_.run_for(random_.between(Duration(0), world_.network().delay_max));
  world_.failover(second, "", draw_target());
}

Duration Disturber::until_strike() {
  return random_.between(Duration(0), checker_.witness().slowest(0));
}

void Disturber::heal() {
  note("all is mended");
  expected_.reset();
  checker_.disturbed();
  world_.network().mend();
  for (std::size_t i = 0; i < world_.hosts().size(); ++i) {
    Host& host = world_.hosts()[i];
    for (std::size_t section = 0; section < world_.sections(); ++section) {
      if (host.posts[section].adds_fail) world_.set_adds_fail(i, section, false);
    }
    for (std::size_t network = 0; network < host.link_up.size(); ++network) {
      if (!host.link_up[network]) world_.set_link(i, network, true);
    }
    if (!host.powered) world_.boot(i);
    if (!host.node) world_.start_agent(i);
    if (!host.track_up) world_.set_track(i, true);
    if (!host.proxy_up) world_.set_proxy(i, true);
  }
}

}  // namespace wslb::sim

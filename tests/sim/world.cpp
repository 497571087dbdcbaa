#include "tests/sim/world.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/overloaded.h"
#include "vrrp/packet.h"

namespace wslb::sim {

namespace core = agent::core;

World::World(config::Config config, std::uint64_t seed)
    : config_(std::move(config)), random_(seed) {
  for (const config::Node& node : config_.cluster->nodes) {
    Host host;
    host.name = node.name;
    host.address = node.address;
    host.link_up.assign(config_.vrrps.size(), true);
    host.side.assign(config_.vrrps.size(), 0);
    hosts_.push_back(std::move(host));
  }
}

void World::note(const std::string& text) {
  char stamp[32];
  std::snprintf(stamp, sizeof stamp, "%12.6f ",
                std::chrono::duration<double>(now_.time_since_epoch()).count() - 3600);
  trace_.push_back(stamp + text);
}

void World::at(TimePoint when, std::function<void()> action) {
  events_.push_back({when, event_count_++, std::move(action)});
  std::push_heap(events_.begin(), events_.end(), std::greater<>());
}

std::optional<std::size_t> World::host_due(TimePoint& when) const {
  std::optional<std::size_t> first;
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    if (!hosts_[i].awake()) continue;
    const auto due = hosts_[i].node->next_expiry();
    if (due && *due <= when) {
      when = *due;
      first = i;
    }
  }
  return first;
}

void World::run_until(TimePoint end, const std::function<void()>& observe) {
  for (;;) {
    TimePoint when = events_.empty() ? end : std::min(end, events_.front().when);
    const std::optional<std::size_t> due = host_due(when);
    now_ = std::max(now_, when);
    if (due) {
      apply(*due, hosts_[*due].node->expire(now_));
    } else if (!events_.empty() && events_.front().when <= end) {
      std::pop_heap(events_.begin(), events_.end(), std::greater<>());
      const Event event = std::move(events_.back());
      events_.pop_back();
      event.action();
    } else {
      return;
    }
    observe();
  }
}

core::LinkChanged World::link_of(const Host& host, std::size_t section) const {
  return {.interface = config_.vrrps[section].interface,
          .exists = true,
          .up = host.link_up[section],
          .primary_v4 = host.address,
          .link_local_v6 = std::nullopt};
}

void World::boot(std::size_t index) {
  Host& host = hosts_[index];
  note(host.name + " boots");
  ++host.life;
  host.node = std::make_unique<core::Node>(config_, host.name);
  for (std::size_t i = 0; i < config_.vrrps.size(); ++i) feed(index, link_of(host, i));
  feed(index, core::Start{});
  set_proxy(index, true);
}

void World::power_off(std::size_t index) {
  Host& host = hosts_[index];
  note(host.name + " loses its power");
  host.node.reset();
  host.vips.clear();
  host.inbox.clear();
  host.asleep_until.reset();
  host.proxy_up = false;
}

void World::stop(std::size_t index) {
  note(hosts_[index].name + " is stopped");
  feed(index, core::Stop{});
  power_off(index);
}

void World::set_proxy(std::size_t index, bool up) {
  hosts_[index].proxy_up = up;
  feed(index, core::ProxyChanged{.up = up, .pid = up ? 1 : 0, .reason = ""});
}

void World::set_link(std::size_t index, std::size_t section, bool up) {
  hosts_[index].link_up[section] = up;
  feed(index, link_of(hosts_[index], section));
}

void World::remove_vip(std::size_t index, std::size_t section) {
  if (hosts_[index].vips.erase(section) == 0) return;
  note(hosts_[index].name + ": somebody removes the VIP");
  feed(index, core::AddressLost{section, config_.vrrps[section].vips.front()});
}

void World::failover(std::size_t index, const std::string& to) {
  note(hosts_[index].name + ": failover command, to '" + to + "'");
  feed(index, core::Failover{.vrrp = "", .to = to});
}

void World::sleep(std::size_t index, Duration duration) {
  Host& host = hosts_[index];
  note(host.name + " falls asleep");
  host.asleep_until = now_ + duration;
  const int life = host.life;
  at(now_ + duration, [this, index, life] {
    if (hosts_[index].life == life && hosts_[index].asleep_until) wake(index);
  });
  for (const std::size_t section : host.vips) {
    const auto lease = config_.vrrps[section].lease;
    if (!lease || *lease >= duration) continue;
    at(now_ + *lease, [this, index, section, life] {
      Host& sleeper = hosts_[index];
      if (sleeper.life == life && sleeper.asleep_until) remove_vip(index, section);
    });
  }
}

// The shell reads all that waits before it looks at its timer.
void World::wake(std::size_t index) {
  Host& host = hosts_[index];
  note(host.name + " wakes up");
  host.asleep_until.reset();
  for (core::Input& input : std::exchange(host.inbox, {})) feed(index, std::move(input));
}

void World::feed(std::size_t index, core::Input input) {
  Host& host = hosts_[index];
  if (!host.node) return;
  if (host.asleep_until) {
    host.inbox.push_back(std::move(input));
  } else {
    apply(index, host.node->handle(input, now_));
  }
}

void World::apply(std::size_t index, const core::Effects& effects) {
  std::vector<core::Input> answers;
  for (const core::Effect& effect : effects) apply_one(index, effect, answers);
  for (core::Input& answer : answers) feed(index, std::move(answer));
}

void World::apply_one(std::size_t index, const core::Effect& effect,
                      std::vector<core::Input>& answers) {
  Host& host = hosts_[index];
  std::visit(base::Overloaded{
                 [&](const core::SendAdvert& e) { transmit(index, e); },
                 [&](const core::AddVips& e) {
                   host.vips.insert(e.section);
                   answers.emplace_back(
                       core::AddressResult{e.section, config_.vrrps[e.section].vips.front(), ""});
                 },
                 [&](const core::RemoveVips& e) { host.vips.erase(e.section); },
                 [&](const core::Announce&) {},
                 [&](const core::Emit& e) { note(host.name + ": " + e.subject + ": " + e.text); },
                 [&](const core::CommandResult&) { ++command_answers_; },
             },
             effect);
}

bool World::connected(const Host& a, const Host& b, std::size_t section) const {
  return a.link_up[section] && b.link_up[section] && a.side[section] == b.side[section];
}

void World::transmit(std::size_t index, const core::SendAdvert& advert) {
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    const bool meant = advert.destination == hosts_[i].address ||
                       advert.destination == vrrp::multicast_group(base::Family::V4);
    if (i == index || !meant || !connected(hosts_[index], hosts_[i], advert.section)) continue;
    if (random_.chance(loss_percent_)) continue;
    const Duration delay = random_.between(std::chrono::microseconds(50), delay_max);
    at(now_ + delay, [this, i, advert, life = hosts_[i].life] {
      if (hosts_[i].life != life || !hosts_[i].link_up[advert.section]) return;
      feed(i, core::PacketReceived{.section = advert.section,
                                   .source = advert.source,
                                   .destination = advert.destination,
                                   .ttl = vrrp::ip_ttl,
                                   .payload = advert.payload});
    });
  }
}

}  // namespace wslb::sim

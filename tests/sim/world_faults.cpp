// The half of World that a scenario uses: what can befall a host.
#include <algorithm>
#include <utility>

#include "tests/sim/world.h"

namespace wslb::sim {

namespace core = agent::core;
using namespace std::chrono_literals;

core::LinkChanged World::link_of(const Host& host, std::size_t network) const {
  return {.interface = "eth" + std::to_string(network),
          .exists = true,
          .up = host.link_up[network],
          .primary_v4 = host.v4,
          .link_local_v6 = host.link_local,
          .own_v6 = host.v6};
}

void World::boot(std::size_t index) {
  Host& host = hosts_[index];
  note(index, "the power is on");
  host.powered = true;
  host.proxy_up = true;
  start_agent(index);
}

core::Start World::start_input(std::size_t index) {
  Host& host = hosts_[index];
  core::Start start;
  const auto shown =
      std::chrono::duration_cast<std::chrono::seconds>(local_now(index).time_since_epoch());
  const auto wall = host.wall_seconds + static_cast<std::uint32_t>(shown.count());
  start.sequence_seconds = std::max(wall, host.sequence_seconds + 1);
  const bool goes_on = random_.chance(80);
  for (std::size_t i = 0; i < host.posts.size(); ++i) {
    Host::Post& post = host.posts[i];
    post.inherited = post.sent;
    if (post.vips == 0) continue;
    if (goes_on) {
      start.inherited.push_back({i, post.sent});
    } else {
      post.vips = 0;
      start.vacated.push_back(i);
    }
  }
  if (!start.inherited.empty() && host.proxy_up) start.proxy_pid = 1;
  return start;
}

void World::start_agent(std::size_t index) {
  Host& host = hosts_[index];
  note(index, "the agent starts");
  ++host.life;
  begin_step();
  host.node = std::make_unique<core::Node>(host.config, host.name, keys_);
  host.agent_since = now_;
  for (Host::Post& post : host.posts) {
    std::fill(post.seen.begin(), post.seen.end(), 0);
    post.removals.clear();
    post.doubted_until = {};
  }
  const core::Start start = start_input(index);
  happened(Happening::Kind::Started, index, 0);
  happened_.back().yes = !start.inherited.empty();
  for (std::size_t i = 0; i < host.link_up.size(); ++i) feed(index, link_of(host, i));
  const config::VrrpSection& section = host.config.vrrps.front();
  if (section.track_checks.empty()) tell_track(index);
  feed(index, start);
  // Where it goes on it presumes that what was good is so still.
  const core::Status status = host.node->status(local_now(index));
  if (std::ranges::count(status.sections, core::SectionState::Active, &core::SectionStatus::state) >
          0 &&
      start.proxy_pid != 0) {
    host.proxy_told = true;
    host.track_presumed = !host.track_told;
  }
  Event report;
  report.host = index;
  if (!section.track_checks.empty()) {
    report.kind = EventKind::TrackReport;
    at(now_ + random_.between(1ms, 20ms), report);
  }
  report.kind = EventKind::ProxyReport;
  at(now_ + random_.between(0ms, 20ms), report);
  end_step(index);
}

void World::tell_track(std::size_t index) {
  Host& host = hosts_[index];
  const config::VrrpSection& section = host.config.vrrps.front();
  host.track_told = true;
  if (!section.track_interfaces.empty()) {
    feed(index, core::LinkChanged{.interface = section.track_interfaces.front(),
                                  .exists = true,
                                  .up = host.track_up,
                                  .primary_v4 = std::nullopt,
                                  .link_local_v6 = std::nullopt});
  } else if (!section.track_files.empty()) {
    feed(index, core::TrackChanged{"file " + section.track_files.front(), host.track_up, ""});
  } else if (!section.track_checks.empty()) {
    feed(index, core::TrackChanged{"check " + section.track_checks.front().url, host.track_up, ""});
  }
}

void World::forget_agent(std::size_t index) {
  Host& host = hosts_[index];
  ++host.life;
  host.node.reset();
  host.asleep_since.reset();
  host.waiting.clear();
  lose_proxy(host);
  host.track_told = host.track_presumed = false;
  happened(Happening::Kind::Gone, index, 0);
}

void World::cut_power(std::size_t index) {
  Host& host = hosts_[index];
  note(index, "the power fails");
  begin_step();
  forget_agent(index);
  host.powered = false;
  host.proxy_up = false;
  for (Host::Post& post : host.posts) post.vips = 0;
  end_step(index);
}

void World::stop_agent(std::size_t index) {
  note(index, "the agent is stopped cleanly");
  begin_step();
  apply(index, hosts_[index].node->handle(core::Stop{}, local_now(index)));
  forget_agent(index);
  end_step(index);
}

void World::kill_agent(std::size_t index) {
  note(index, "the agent is killed");
  begin_step();
  forget_agent(index);
  leave_vips(index);
  end_step(index);
}

// Nobody renews the leases from now on.
void World::leave_vips(std::size_t index) {
  for (std::size_t i = 0; i < hosts_[index].posts.size(); ++i) {
    const auto lease = section(index, i).lease;
    if (hosts_[index].posts[i].vips == 0 || !lease) continue;
    Event event;
    event.kind = EventKind::LeaseEnd;
    event.host = index;
    event.section = i;
    at(now_ + random_.between(*lease - 300ms, *lease + 1s), std::move(event));
  }
}

void World::end_lease(std::size_t index, std::size_t section_index) {
  const auto& vips = section(index, section_index).vips;
  for (std::size_t i = 0; i < vips.size(); ++i)
    erase_vip(index, section_index, i, "its lease ends");
}

void World::erase_vip(std::size_t index, std::size_t section_index, std::size_t vip,
                      const char* why) {
  Host::Post& post = hosts_[index].posts[section_index];
  const auto bit = static_cast<std::uint8_t>(1U << vip);
  if ((post.vips & bit) == 0) return;
  note(index, section(index, section_index).name + ": the kernel drops a VIP: " + why);
  post.vips = static_cast<std::uint8_t>(post.vips & ~bit);
  const TimePoint local = local_now(index);
  std::erase_if(post.removals, [&](TimePoint each) { return local - each > 10s; });
  post.removals.push_back(local);
  if (post.removals.size() > 5) post.doubted_until = local + 10s;
  feed(index, core::AddressLost{section_index, section(index, section_index).vips[vip]});
}

void World::pause_agent(std::size_t index, Duration duration) {
  Host& host = hosts_[index];
  note(index, "the agent falls asleep");
  begin_step();
  ++host.life;
  host.asleep_since = now_;
  Event event;
  event.kind = EventKind::Wake;
  event.host = index;
  at(now_ + duration, std::move(event));
  leave_vips(index);
  end_step(index);
}

void World::wake(std::size_t index) {
  Host& host = hosts_[index];
  note(index, "the agent wakes up");
  happened(Happening::Kind::Woke, index, 0);
  happened_.back().slept = local_now(index) - host.clock.local(*host.asleep_since);
  ++host.life;
  host.asleep_since.reset();
  if (!host.proxy_reported && host.proxy_up) {  // the report that was under way
    host.proxy_told = host.proxy_reported = true;
    host.waiting.push_back({nullptr, core::ProxyChanged{.up = true, .pid = 1, .reason = ""}});
  }
  if (!host.track_told) tell_track(index);
}

void World::set_proxy(std::size_t index, bool up) {
  begin_step();
  if (up) {
    bring_proxy_up(index);
  } else {
    take_proxy_down(index);
  }
  end_step(index);
}

void World::set_track(std::size_t index, bool up) {
  note(index, up ? "what it tracks is good" : "what it tracks fails");
  begin_step();
  hosts_[index].track_up = up;
  if (hosts_[index].node) tell_track(index);
  end_step(index);
}

void World::set_link(std::size_t index, std::size_t network, bool up) {
  Host& host = hosts_[index];
  note(index, "eth" + std::to_string(network) + (up ? " has a carrier" : " loses its carrier"));
  begin_step();
  host.link_up[network] = up;
  feed(index, link_of(host, network));
  end_step(index);
}

void World::remove_vip(std::size_t index, std::size_t section_index, std::size_t vip) {
  begin_step();
  erase_vip(index, section_index, vip, "somebody deletes it");
  end_step(index);
}

void World::set_adds_fail(std::size_t index, std::size_t section_index, bool fail) {
  note(index, fail ? "the kernel takes no VIP" : "the kernel takes VIPs again");
  hosts_[index].posts[section_index].adds_fail = fail;
}

void World::claim_vip(std::size_t index, std::size_t section_index) {
  begin_step();
  feed(index,
       core::AddressClaimed{
           section_index, section(index, section_index).vips.front().address, {2, 0, 0, 0, 0, 8}});
  end_step(index);
}

void World::failover(std::size_t index, const std::string& vrrp, const std::string& to) {
  note(index, "command: failover " + vrrp + (to.empty() ? "" : " --to " + to));
  begin_step();
  feed(index, core::Failover{.vrrp = vrrp, .to = to});
  end_step(index);
}

void World::inject(std::size_t index, Frame frame) {
  note(index, std::string(frame.forged ? "a forged" : "a replayed") + " packet comes, priority " +
                  std::to_string(frame.priority) + ", as of host " +
                  std::to_string(frame.sender + 1));
  begin_step();
  frame.hostile = true;
  arrive(index, std::make_shared<const Frame>(std::move(frame)));
  end_step(index);
}

}  // namespace wslb::sim

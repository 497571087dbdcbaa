#include "tests/sim/sticky_world.h"

#include <algorithm>
#include <stdexcept>

namespace wslb::sim {
namespace {

namespace sticky = agent::sticky;
using std::chrono::milliseconds;

constexpr milliseconds kStep{5};
constexpr milliseconds kDelayMax{40};
constexpr milliseconds kNoticeMax{2000};

sticky::Table table() {
  sticky::Table table{
      .name = "app", .key_type = 6, .key_length = 32, .size = 1000, .expire = {}, .fields = {}};
  table.expire = StickyWorld::kExpire;
  return table;
}

}  // namespace

StickyWorld::StickyWorld(std::size_t hosts, Random& random) : random_(random), hosts_(hosts) {
  for (std::size_t i = 0; i < hosts; ++i) {
    hosts_[i].name = "lb" + std::to_string(i + 1);
    // Wall clocks are wrong by up to an hour, either way.
    hosts_[i].clock_error = random.between(Duration(0), std::chrono::hours(2));
    for (std::size_t j = i + 1; j < hosts; ++j) links_[{i, j}];
  }
  for (std::size_t i = 0; i < hosts; ++i) {
    start_agent(i);
    start_proxy(i);
  }
}

sticky::ClusterClock StickyWorld::clock(const Host& host) const {
  const auto wall = now_.time_since_epoch() + host.clock_error;
  return {now_, static_cast<std::uint64_t>(
                    std::chrono::duration_cast<std::chrono::microseconds>(wall).count())};
}

sticky::PeerSession* StickyWorld::session(std::size_t of, std::size_t with) {
  return hosts_[of].hub ? hosts_[of].hub->find_peer(hosts_[with].name) : nullptr;
}

StickyProxy* StickyWorld::serving(std::size_t host) {
  StickyProxy* const proxy = hosts_[host].proxy.get();
  return proxy != nullptr && (proxy->synced() || !hosts_[host].talking) ? proxy : nullptr;
}

// --- Faults -------------------------------------------------------------------------------------

void StickyWorld::crash_agent(std::size_t host) {
  if (!hosts_[host].hub) return;
  for (std::size_t other = 0; other < hosts_.size(); ++other) {
    if (other != host) break_link(std::min(host, other), std::max(host, other));
  }
  hosts_[host].hub.reset();
  hosts_[host].stopped.reset();
  hosts_[host].talking = false;
  if (hosts_[host].proxy) hosts_[host].proxy->lose_agent(now_);
}

void StickyWorld::stop_agent(std::size_t host) {
  if (hosts_[host].hub && !hosts_[host].stopped) hosts_[host].stopped = now_;
}

void StickyWorld::continue_agent(std::size_t host) {
  hosts_[host].stopped.reset();
}

void StickyWorld::start_agent(std::size_t host) {
  if (hosts_[host].hub) return;
  std::vector<std::string> peers;
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    if (i != host) peers.push_back(hosts_[i].name);
  }
  const sticky::Identity self{"edge", hosts_[host].name, random_.next(), 7};
  hosts_[host].hub = std::make_unique<sticky::Hub>(self, peers, now_, clock(hosts_[host]));
}

void StickyWorld::crash_proxy(std::size_t host) {
  Host& one = hosts_[host];
  if (!one.proxy) return;
  one.proxy.reset();
  if (one.hub && one.talking) one.hub->proxy().disconnect(now_);
  one.talking = false;
}

void StickyWorld::start_proxy(std::size_t host) {
  if (!hosts_[host].proxy) hosts_[host].proxy = std::make_unique<StickyProxy>(kExpire);
}

void StickyWorld::break_link(std::size_t a, std::size_t b) {
  Link& link = links_[{a, b}];
  const std::array<std::size_t, 2> ends{a, b};
  for (std::size_t end = 0; end < 2; ++end) {
    link.pipes[end].clear();
    const bool alive = hosts_[ends[end]].hub != nullptr;
    if (!link.connected[end] || link.learns[end]) continue;
    link.learns[end] = now_ + (alive ? random_.between(Duration(0), kNoticeMax) : Duration(0));
  }
}

void StickyWorld::cut(std::size_t a, std::size_t b) {
  if (a == b) return;
  const std::size_t low = std::min(a, b);
  const std::size_t high = std::max(a, b);
  links_[{low, high}].wanted = false;
  break_link(low, high);
}

void StickyWorld::join(std::size_t a, std::size_t b) {
  if (a != b) links_[{std::min(a, b), std::max(a, b)}].wanted = true;
}

void StickyWorld::heal() {
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    continue_agent(i);
    start_agent(i);
    start_proxy(i);
    for (std::size_t j = i + 1; j < hosts_.size(); ++j) join(i, j);
  }
}

// --- Time ---------------------------------------------------------------------------------------

void StickyWorld::run(Duration time) {
  for (const TimePoint end = now_ + time; now_ < end;) step();
}

void StickyWorld::step() {
  now_ += kStep;
  settle_links();
  const bool peers_first = random_.chance(50);
  if (peers_first) deliver_peers();
  for (Host& host : hosts_) deliver_local(host);
  if (!peers_first) deliver_peers();
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    if (hosts_[i].proxy) hosts_[i].proxy->expire(now_);
    emit(i);
  }
  if (now_ < next_tick_) return;
  next_tick_ = now_ + sticky::Hub::kTick;
  for (Host& host : hosts_) {
    if (host.hub && !host.stopped) host.hub->tick(now_);
  }
}

// Who is silent for so long is not there.
void StickyWorld::miss_the_stopped() {
  for (std::size_t host = 0; host < hosts_.size(); ++host) {
    if (!hosts_[host].stopped || now_ - *hosts_[host].stopped < kNoticeMax) continue;
    for (std::size_t other = 0; other < hosts_.size(); ++other) {
      if (other != host) break_link(std::min(host, other), std::max(host, other));
    }
  }
}

void StickyWorld::settle_links() {
  miss_the_stopped();
  for (auto& [ends, link] : links_) {
    const std::array<std::size_t, 2> pair{ends.first, ends.second};
    for (std::size_t end = 0; end < 2; ++end) {
      if (!link.learns[end] || *link.learns[end] > now_ || hosts_[pair[end]].stopped) continue;
      link.learns[end].reset();
      link.connected[end] = false;
      if (auto* one = session(pair[end], pair[1 - end])) one->disconnect(now_);
    }
    const bool free = !link.connected[0] && !link.connected[1];
    const bool both = hosts_[pair[0]].hub && hosts_[pair[1]].hub;
    if (!link.wanted || !free || !both || !random_.chance(10)) continue;
    link.connected = {true, true};
    session(pair[0], pair[1])->connect(now_);
    session(pair[1], pair[0])->connect(now_);
  }
}

void StickyWorld::deliver_peers() {
  for (auto& [ends, link] : links_) {
    const std::array<std::size_t, 2> pair{ends.first, ends.second};
    for (std::size_t towards = 0; towards < 2; ++towards) {
      if (hosts_[pair[towards]].stopped) continue;
      PeerPipe& pipe = link.pipes[towards];
      while (!pipe.empty() && pipe.front().first <= now_) {
        const auto frame = std::move(pipe.front().second);
        pipe.pop_front();
        const auto taken = session(pair[towards], pair[1 - towards])->receive(frame.frame(), now_);
        if (!taken)
          throw std::logic_error(taken.error().message);  // honest peers never refuse each other
      }
    }
  }
}

void StickyWorld::greet(Host& host) {
  host.talking = true;
  host.to_agent.clear();
  host.to_proxy.clear();
  host.hub->proxy().connect();
  if (!host.hub->proxy().define({{{0, table()}}})) std::abort();
  host.proxy->greet();
}

void StickyWorld::deliver_to_agent(Host& host) {
  while (host.talking && !host.to_agent.empty() && host.to_agent.front().first <= now_) {
    const auto changes = std::move(host.to_agent.front().second);
    host.to_agent.pop_front();
    if (const auto* loads = std::get_if<sticky::Loads>(&changes.frame())) {
      host.hub->proxy().take(*loads, false);
    } else if (!host.hub->proxy().take(std::get<0>(changes.frame()), now_)) {
      std::abort();
    }
  }
}

void StickyWorld::deliver_local(Host& host) {
  if (!host.hub || !host.proxy) return;
  if (!host.talking && !host.stopped && random_.chance(20)) greet(host);
  if (!host.stopped) deliver_to_agent(host);
  while (host.talking && !host.to_proxy.empty() && host.to_proxy.front().first <= now_) {
    const auto frame = std::move(host.to_proxy.front().second);
    host.to_proxy.pop_front();
    host.proxy->receive(frame.frame(), now_);
  }
}

// What has to be sent goes on its way.
void StickyWorld::emit(std::size_t index) {
  Host& host = hosts_[index];
  const auto due = [&](const auto& pipe) {
    const TimePoint at = now_ + random_.between(Duration(0), kDelayMax);
    return pipe.empty() ? at : std::max(at, pipe.back().first);
  };
  if (host.talking) {
    sticky::ProxyChanges changes;
    if (host.proxy->take_changes(changes, now_)) {
      host.to_agent.emplace_back(due(host.to_agent), FromProxy(changes));
    }
    sticky::Loads loads;
    if (host.proxy->take_loads(loads)) {
      host.to_agent.emplace_back(due(host.to_agent), FromProxy(loads));
    }
    while (const auto frame = host.stopped ? std::nullopt : host.hub->proxy().next(now_)) {
      host.to_proxy.emplace_back(due(host.to_proxy), *frame);
    }
  }
  for (auto& [ends, link] : links_) {
    if (host.stopped || (ends.first != index && ends.second != index)) continue;
    const std::size_t side = ends.first == index ? 0 : 1;
    if (!link.connected[side] || link.learns[0] || link.learns[1]) continue;
    auto* const one = session(index, side == 0 ? ends.second : ends.first);
    PeerPipe& pipe = link.pipes[1 - side];
    while (const auto frame = one->next(now_)) pipe.emplace_back(due(pipe), *frame);
  }
}

// --- Judgement ----------------------------------------------------------------------------------

std::optional<std::string> StickyWorld::judge_host(const Host& host) const {
  const sticky::Replica& replica = host.hub->replica();
  const auto id = replica.find_table("app");
  std::size_t live = 0;
  for (std::size_t bucket = 0; bucket < sticky::Replica::kBuckets; ++bucket) {
    replica.for_each_in(bucket, [&](const sticky::Replica::Entry& entry) {
      if (entry.life != sticky::Life::Removed && entry.deadline > now_ + kStep) ++live;
    });
  }
  for (const auto& [key, item] : host.proxy->items()) {
    const auto* entry = replica.find(*id, view(key));
    if (entry == nullptr) return "the replica of " + host.name + " has no " + key;
    if (text(entry->value()) != item.value) {
      return host.name + "'s proxy has another value of " + key + " than its replica";
    }
    if (item.pinned && entry->life != sticky::Life::Pinned && entry->origin == replica.self()) {
      return host.name + "'s replica does not know that " + key + " is pinned";
    }
  }
  return std::nullopt;
}

std::optional<std::string> StickyWorld::judge_loads(const Host& host) const {
  StickyProxy::Loads others;
  for (const Host& other : hosts_) {
    if (&other == &host) continue;
    for (const auto& [server, connections] : other.proxy->loads()) others[server] += connections;
  }
  if (host.proxy->elsewhere() == others) return std::nullopt;
  return host.name + "'s proxy does not know how busy the others are";
}

std::optional<std::string> StickyWorld::judge_equality() const {
  for (const Host& host : hosts_) {
    if (host.hub->replica().digest() != hosts_[0].hub->replica().digest()) {
      return "the replicas of " + hosts_[0].name + " and " + host.name + " differ";
    }
    for (const auto& peer : host.hub->peers()) {
      if (!peer->in_step()) return host.name + " and " + peer->peer() + " are not in step";
    }
    if (auto wrong = judge_host(host)) return wrong;
    if (auto wrong = judge_loads(host)) return wrong;
  }
  return std::nullopt;
}

std::optional<std::string> StickyWorld::judge_emptiness() const {
  std::size_t pinned = 0;
  for (const Host& host : hosts_) {
    pinned += static_cast<std::size_t>(std::ranges::count_if(
        host.proxy->items(), [](const auto& entry) { return entry.second.pinned; }));
  }
  for (const Host& host : hosts_) {
    if (host.hub->replica().size() > pinned) {
      return host.name + " keeps " + std::to_string(host.hub->replica().size()) + " entries, " +
             std::to_string(pinned) + " are pinned";
    }
  }
  for (const Host& host : hosts_) {
    for (const auto& [key, item] : host.proxy->items()) {
      if (!item.pinned && !item.is_held) return host.name + "'s proxy keeps " + key;
    }
    for (const auto& peer : host.hub->peers()) {
      // Of three hosts two may know less of the third than each other.
      if (hosts_.size() == 2 && peer->figures().repaired > 0)
        return host.name + " had to be repaired";
    }
  }
  return std::nullopt;
}

std::string StickyWorld::describe() const {
  std::string all;
  const auto ms = [&](TimePoint at) {
    return std::to_string(std::chrono::duration_cast<milliseconds>(at - now_).count());
  };
  for (const Host& host : hosts_) {
    all += host.name + " (" + std::to_string(host.hub->replica().self()) + ")\n";
    for (std::size_t bucket = 0; bucket < sticky::Replica::kBuckets; ++bucket) {
      host.hub->replica().for_each_in(bucket, [&](const sticky::Replica::Entry& entry) {
        all += "  replica " + text(entry.key()) + "=" + text(entry.value()) + " life " +
               std::to_string(static_cast<int>(entry.life)) + " version " +
               std::to_string(entry.version_time) + "/" + std::to_string(entry.origin) + " ends " +
               ms(entry.deadline) + "\n";
      });
    }
    for (const auto& [key, item] : host.proxy->items()) {
      all += "  proxy " + key + "=" + item.value + (item.pinned ? " pinned" : "") +
             (item.is_held ? " held" : "") + " ends " + ms(item.deadline) + "\n";
    }
    for (const auto& peer : host.hub->peers()) {
      all += "  peer " + peer->peer() + " behind " + std::to_string(peer->behind()) +
             " caught up " + std::to_string(peer->figures().caught_up) + " repaired " +
             std::to_string(peer->figures().repaired) + "\n";
    }
  }
  return all;
}

bool StickyWorld::everybody_has(const std::string& key, const std::string& value) const {
  return std::ranges::all_of(hosts_, [&](const Host& host) {
    const auto found = host.proxy->items().find(key);
    return found != host.proxy->items().end() && found->second.value == value;
  });
}

}  // namespace wslb::sim

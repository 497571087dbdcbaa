#include "tests/sim/world.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/overloaded.h"
#include "vrrp/auth_trailer.h"
#include "vrrp/checksum.h"

namespace wslb::sim {

namespace core = agent::core;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t recorded_max = 48;
constexpr std::size_t waiting_max = 256;  // a socket's buffer

std::size_t network_number(const config::VrrpSection& section) {
  return static_cast<std::size_t>(section.interface.back() - '0');
}

Duration interval_of(const base::Bytes& payload) {
  if (payload.size() < 8) return {};
  if (payload[0] >> 4U == 2) return std::chrono::seconds(payload[5]);
  return base::Centiseconds((payload[4] & 0x0fU) << 8U | payload[5]);
}

}  // namespace

World::World(std::vector<config::Config> configs, vrrp::Keyring keys, std::uint64_t seed,
             bool tracing)
    : random_(seed),
      link_random_(~seed),
      proxy_random_(seed ^ 0x70726f7879U),
      last_words_(configs.size() * configs.size()),
      tracing_(tracing),
      keys_(std::move(keys)),
      network_(2, configs.size()) {
  for (const config::VrrpSection& section : configs.front().vrrps) {
    networks_.push_back(network_number(section));
  }
  for (config::Config& config : configs) {
    const config::Node& node = config.cluster->nodes[hosts_.size()];
    const auto last = static_cast<std::uint8_t>(11 + hosts_.size());
    Host host;
    host.name = node.name;
    host.v4 = node.address;
    host.v6 =
        base::IpAddress(base::IpAddress::V6{0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last});
    host.link_local = base::IpAddress(
        base::IpAddress::V6{0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last});
    host.link_up.assign(2, true);
    host.posts.resize(config.vrrps.size());
    for (Host::Post& post : host.posts) post.seen.assign(configs.size(), 0);
    host.config = std::move(config);
    hosts_.push_back(std::move(host));
  }
}

void World::note(std::size_t host, const std::string& text) {
  if (!tracing_) return;
  char stamp[32];
  std::snprintf(stamp, sizeof stamp, "%12.6f ",
                std::chrono::duration<double>(now_.time_since_epoch()).count() - 600);
  trace_.push_back(stamp + (host < hosts_.size() ? hosts_[host].name + ": " : "") + text);
}

void World::at(TimePoint when, Event event) {
  event.when = when;
  event.number = event_count_++;
  event.life = hosts_[event.host].life;
  events_.push_back(std::move(event));
  std::push_heap(events_.begin(), events_.end(), std::greater<>());
}

void World::run_until(TimePoint end) {
  while (!is_stuck() && step(end)) {
  }
  now_ = end;
  begin_step();
  if (observer_) observer_();
}

// What waits for an agent that woke up comes before its timer, as the shell has it.
bool World::step(TimePoint end) {
  std::size_t first = hosts_.size();
  TimePoint when = end;
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    Host& host = hosts_[i];
    if (!host.awake()) continue;
    if (!host.waiting.empty()) {
      begin_step();
      const Host::Waiting what = std::move(host.waiting.front());
      host.waiting.pop_front();
      hand_over(i, what);
      end_step(i);
      return true;
    }
    if (host.due && *host.due <= when) {
      when = *host.due;
      first = i;
    }
  }
  if (!events_.empty() && events_.front().when <= when) {
    std::pop_heap(events_.begin(), events_.end(), std::greater<>());
    const Event event = std::move(events_.back());
    events_.pop_back();
    now_ = std::max(now_, event.when);
    begin_step();
    happen(event);
    end_step(event.host);
    return true;
  }
  if (first == hosts_.size()) return false;
  now_ = std::max(now_, when);
  begin_step();
  const auto ending = hosts_[first].kept_ending;
  if (ending && local_now(first) >= *ending + core::Succession::kEndingMax) {
    lose_proxy(hosts_[first]);
  }
  apply(first, hosts_[first].node->expire(local_now(first)));
  end_step(first);
  return true;
}

void World::happen(const Event& event) {
  Host& host = hosts_[event.host];
  if (event.kind == EventKind::Arrive) return arrive(event.host, event.frame);
  if (event.life != host.life) return;
  switch (event.kind) {
    case EventKind::Arrive:
      break;
    case EventKind::Word:
      return take_word(event.host, event.frame);
    case EventKind::Wake:
      return wake(event.host);
    case EventKind::LeaseEnd:
      return end_lease(event.host, event.section);
    case EventKind::ProxyReport:
      if (!host.proxy_up || host.proxy_reported) return;
      host.proxy_told = host.proxy_reported = true;
      return feed(event.host, core::ProxyChanged{.up = true, .pid = 1, .reason = ""});
    case EventKind::TrackReport:
      return host.track_told ? void() : tell_track(event.host);
    case EventKind::Claim:
      return feed(event.host,
                  core::AddressClaimed{event.section,
                                       section(event.host, event.section).vips.front().address,
                                       {2, 0, 0, 0, 0, 9}});
    case EventKind::Successor:
      return host.proxy_up ? void() : bring_proxy_up(event.host);
    case EventKind::KeptEnded:
      return feed(event.host, core::KeptEnded{});
  }
}

void World::begin_step() {
  happened_.clear();
}

void World::end_step(std::size_t index) {
  Host& host = hosts_[index];
  host.due.reset();
  if (host.awake()) {
    if (const auto next = host.node->next_expiry()) {
      host.due = std::max(now_, host.clock.world(*next));
    }
  }
  ++steps_;
  idle_ = now_ == last_step_ ? idle_ + 1 : 0;
  last_step_ = now_;
  if (is_stuck()) note(index, "its timer is due again and again");
  const auto stamp = static_cast<std::uint64_t>(now_.time_since_epoch().count());
  digest_ = (digest_ ^ (stamp * 31 + index * 7 + happened_.size())) * 0x100000001b3U;
  if (observer_) observer_();
}

void World::happened(Happening::Kind kind, std::size_t host, std::size_t section) {
  Happening happening;
  happening.kind = kind;
  happening.host = host;
  happening.section = section;
  happened_.push_back(std::move(happening));
}

void World::feed(std::size_t index, core::Input input) {
  Host& host = hosts_[index];
  if (!host.node) return;
  if (host.asleep_since || !host.waiting.empty()) {
    host.waiting.push_back({nullptr, std::move(input)});
  } else {
    hand_over(index, {nullptr, std::move(input)});
  }
}

void World::hand_over(std::size_t index, const Host::Waiting& what) {
  if (what.frame) return hear(index, what.frame);
  if (std::holds_alternative<core::Failover>(what.input)) {
    happened(Happening::Kind::Commanded, index, 0);
  }
  if (std::holds_alternative<core::KeptEnded>(what.input) && hosts_[index].kept_ending) {
    lose_proxy(hosts_[index]);
  }
  apply(index, hosts_[index].node->handle(what.input, local_now(index)));
}

void World::apply(std::size_t index, const core::Effects& effects) {
  std::vector<core::Input> answers;
  for (const core::Effect& effect : effects) apply_one(index, effect, answers);
  for (core::Input& answer : answers) {
    if (hosts_[index].node) apply(index, hosts_[index].node->handle(answer, local_now(index)));
  }
}

void World::apply_one(std::size_t index, const core::Effect& effect,
                      std::vector<core::Input>& answers) {
  Host& host = hosts_[index];
  std::visit(base::Overloaded{
                 [&](const core::SendAdvert& e) { transmit(index, e); },
                 [&](const core::TellPeers& e) { tell_peers(index, e); },
                 [&](const core::AddVips& e) { add_vips(index, e.section, answers); },
                 [&](const core::RemoveVips& e) {
                   host.posts[e.section].vips = 0;
                   happened(Happening::Kind::Dropped, index, e.section);
                 },
                 [&](const core::Announce&) {},
                 [&](const core::ProbeVips& e) { probe(index, e.section); },
                 [&](const core::EndKept&) { end_kept(index); },
                 [&](const core::Emit& e) {
                   if (tracing_) note(index, e.subject + ": " + e.text);
                   if (!e.change) return;
                   happened(Happening::Kind::Told, index, e.change->section);
                   happened_.back().yes = e.change->to == core::SectionState::Active;
                 },
                 [&](const core::CommandResult& e) {
                   happened(Happening::Kind::Answered, index, 0);
                   happened_.back().yes = e.accepted;
                   for (const std::string& line : e.lines) {
                     note(index, "answer: " + line);
                     if (line.find(": refused: ") != line.npos) happened_.back().yes = false;
                   }
                 },
             },
             effect);
}

void World::add_vips(std::size_t index, std::size_t section, std::vector<core::Input>& answers) {
  Host::Post& post = hosts_[index].posts[section];
  const auto& vips = hosts_[index].config.vrrps[section].vips;
  happened(Happening::Kind::Gained, index, section);
  for (std::size_t i = 0; i < vips.size(); ++i) {
    const bool fails = post.adds_fail && i + 1 == vips.size();
    if (fails) {
      post.doubted_until = local_now(index) + 10s;
      statistics_.count(Fault::AddRefused);
    } else {
      post.vips = static_cast<std::uint8_t>(post.vips | 1U << i);
    }
    answers.emplace_back(
        core::AddressResult{section, vips[i], fails ? "Operation not permitted" : ""});
  }
}

void World::transmit(std::size_t index, const core::SendAdvert& advert) {
  Host& host = hosts_[index];
  Host::Post& post = host.posts[advert.section];
  auto frame = std::make_shared<Frame>();
  frame->section = advert.section;
  frame->sender = index;
  frame->source = advert.source;
  frame->destination = advert.destination;
  frame->payload = advert.payload;
  frame->priority = advert.payload.at(2);
  frame->interval = interval_of(advert.payload);
  frame->serial = ++post.serial;
  happened(Happening::Kind::Sent, index, advert.section);
  happened_.back().priority = frame->priority;
  if (frame->priority > 0) post.sent = local_now(index);
  const auto& auth = section(index, advert.section).auth;
  if (auth == config::Auth::Permissive || auth == config::Auth::Enforce) {
    const auto* seconds = advert.payload.data() + advert.payload.size() - 24;
    const std::uint32_t used = std::uint32_t{seconds[0]} << 24U | std::uint32_t{seconds[1]} << 16U |
                               std::uint32_t{seconds[2]} << 8U | std::uint32_t{seconds[3]};
    host.sequence_seconds = std::max(host.sequence_seconds, used);
  }
  if (recorded_.size() < recorded_max) recorded_.resize(recorded_max);
  recorded_[record_next_++ % recorded_max] = frame;
  const std::size_t network = networks_[advert.section];
  if (!host.link_up[network]) return;
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    const bool meant = advert.destination == vrrp::multicast_group(advert.source.family()) ||
                       advert.destination == hosts_[i].v4 || advert.destination == hosts_[i].v6;
    if (i == index || !meant || !hosts_[i].node || !hosts_[i].link_up[network]) continue;
    const Network::Fate fate = network_.draw(network, index, i, now_, random_);
    if (fate.copies == 0) ++statistics_.adverts_lost;
    for (std::size_t copy = 0; copy < fate.copies; ++copy) {
      Event event;
      event.host = i;
      event.frame = frame;
      at(fate.arrivals.at(copy), std::move(event));
    }
  }
}

void World::arrive(std::size_t index, const std::shared_ptr<const Frame>& frame) {
  Host& host = hosts_[index];
  if (!host.node || !host.link_up[networks_[frame->section]]) return;
  ++statistics_.adverts_delivered;
  if (!host.asleep_since && host.waiting.empty()) return hear(index, frame);
  if (host.waiting.size() < waiting_max) host.waiting.push_back({frame, core::Stop{}});
}

// The same packet goes to every section of the interface.
void World::hear(std::size_t index, const std::shared_ptr<const Frame>& frame) {
  Host& host = hosts_[index];
  std::uint64_t& seen = host.posts[frame->section].seen[frame->sender];
  Happening happening;
  happening.kind = Happening::Kind::Heard;
  happening.host = index;
  happening.section = frame->section;
  happening.priority = frame->priority;
  happening.fresh = !frame->forged && frame->serial > seen;
  happening.frame = frame;
  if (happening.fresh) seen = frame->serial;
  happened_.push_back(std::move(happening));
  for (std::size_t i = 0; i < host.posts.size(); ++i) {
    const base::Family family = section(index, i).vips.front().address.family();
    if (networks_[i] != networks_[frame->section] || family != frame->source.family()) continue;
    apply(index, host.node->handle(core::PacketReceived{.section = i,
                                                        .source = frame->source,
                                                        .destination = frame->destination,
                                                        .ttl = 255,
                                                        .payload = frame->payload},
                                   local_now(index)));
  }
}

void World::probe(std::size_t index, std::size_t section_index) {
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    const std::size_t network = networks_[section_index];
    if (i == index || !has_vips(i, section_index) || !hosts_[i].link_up[network]) continue;
    if (!network_.is_reliable(network, i, index)) continue;
    Event event;
    event.kind = EventKind::Claim;
    event.host = index;
    event.section = section_index;
    at(now_ + 2 * network_.delay_max, std::move(event));
  }
}

}  // namespace wslb::sim

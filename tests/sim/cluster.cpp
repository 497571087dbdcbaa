#include "tests/sim/cluster.h"

#include <array>
#include <chrono>
#include <string>

namespace wslb::sim {

namespace {

using namespace std::chrono_literals;
using base::IpAddress;

config::Config draw_hosts(Random& random) {
  config::Config config;
  config.cluster.emplace();
  config.cluster->name = "sim";
  const std::size_t hosts = 2 + random.below(random.chance(50) ? 2 : 4);
  for (std::size_t i = 0; i < hosts; ++i) {
    const auto last = static_cast<std::uint8_t>(11 + i);
    config::Node node;
    node.name = "lb" + std::to_string(i + 1);
    node.address = IpAddress(IpAddress::V4{10, 0, 0, last});
    node.other_address =
        IpAddress(IpAddress::V6{0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last});
    config.cluster->nodes.push_back(std::move(node));
  }
  return config;
}

config::Vip draw_vip(bool v6, std::uint8_t section, std::uint8_t number) {
  if (!v6) return {IpAddress(IpAddress::V4{10, 0, section, number}), 24};
  return {IpAddress(IpAddress::V6{0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, section, number}),
          64};
}

void draw_priorities(config::Config& config, Random& random) {
  const std::size_t kind = random.below(10);
  if (kind < 5) return;  // the default: 200, 199, ...
  for (std::size_t i = 0; i < config.cluster->nodes.size(); ++i) {
    std::size_t priority = 100;
    if (kind == 6) priority = 1 + random.below(254);
    if (kind == 7) priority = 254 - i % 2;
    if (kind == 8) priority = i == 0 ? 255 : 200 - i;
    if (kind == 9) priority = i < 2 ? 255 : 200;
    for (config::VrrpSection& section : config.vrrps) {
      section.priorities.push_back(
          {config.cluster->nodes[i].name, static_cast<std::uint8_t>(priority)});
    }
  }
}

void draw_tracks(config::Config& config, Random& random) {
  const std::size_t kind = random.below(6);
  for (config::VrrpSection& section : config.vrrps) {
    if (kind == 0) section.track_interfaces = {"wan0"};
    if (kind == 1) section.track_files = {"/run/drain"};
    if (kind == 2) {
      section.track_checks.emplace_back();
      section.track_checks.back().url = "http://127.0.0.1/up";
    }
  }
}

// One section; two of one or two interfaces, of IPv4 and IPv6, in a group or not.
void draw_sections(config::Config& config, Random& random) {
  const bool two = random.chance(45);
  const bool grouped = two && random.chance(60);
  const bool same_interface = random.chance(50);
  const std::size_t families = random.below(4);  // v4 alone (twice), v6 alone, mixed
  for (std::uint8_t i = 0; i < (two ? 2 : 1); ++i) {
    config::VrrpSection section;
    const auto number = static_cast<std::uint8_t>(i + 1);
    section.name = "v" + std::to_string(number);
    section.interface = i > 0 && !same_interface ? "eth1" : "eth0";
    section.vrid = number;
    if (grouped) section.group = "web";
    const bool v6 = families == 2 || (families == 3 && i == 1);
    section.vips.push_back(draw_vip(v6, number, 100));
    if (random.chance(30)) section.vips.push_back(draw_vip(v6, number, 101));
    config.vrrps.push_back(std::move(section));
  }
}

void draw_timing(config::Config& config, Random& random) {
  constexpr std::array<int, 6> intervals{1, 1, 10, 10, 100, 30};
  const base::Centiseconds advert(intervals.at(random.below(intervals.size())));
  const std::size_t preempt = random.below(4);
  const bool old = random.chance(8);
  const bool delayed = random.chance(15);
  const auto start_delay = random.between(1ms, 2s);
  const auto after = random.between(1ms, 1s);
  const bool lease = random.chance(85);
  const bool unicast = random.chance(40);
  for (config::VrrpSection& section : config.vrrps) {
    section.advert = advert;
    section.transport = unicast ? config::Transport::Unicast : config::Transport::Multicast;
    section.preempt = {.enabled = preempt > 1, .after = preempt == 3 ? after : Duration(0)};
    if (delayed) section.start_delay = start_delay;
    if (!lease) section.lease.reset();
    if (old && section.vips.front().address.is_v4()) {
      section.version = 2;
      section.advert = base::Centiseconds(100);
    }
  }
}

// The operator has changed some of the hosts only, so far.
void mix_intervals(std::vector<config::Config>& configs, Random& random) {
  const std::size_t changed = 1 + random.below(configs.size() - 1);
  const int factor = 2 + static_cast<int>(random.below(4));
  const bool longer = random.chance(50);
  for (std::size_t i = 0; i < configs.size(); ++i) {
    for (config::VrrpSection& section : configs[i].vrrps) {
      if (section.version == 2) continue;
      const bool slow = longer == (i < changed);
      if (slow) section.advert = base::Centiseconds(section.advert.count() * factor);
    }
  }
}

void draw_auth(Cluster& cluster, Random& random) {
  vrrp::NumberedKey key{.id = 7, .key = {}};
  for (std::uint8_t& byte : key.key) byte = static_cast<std::uint8_t>(random.next());
  cluster.keys = {key};
  const std::size_t stage = random.below(8);  // of a rolling introduction; 5 and more: it is done
  for (std::size_t i = 0; i < cluster.configs.size(); ++i) {
    const bool first = i < cluster.configs.size() / 2;
    config::Auth mode = config::Auth::Enforce;
    if (stage == 0) mode = config::Auth::ReceiveOnly;
    if (stage == 1) mode = first ? config::Auth::Permissive : config::Auth::ReceiveOnly;
    if (stage == 2) mode = config::Auth::Permissive;
    if (stage == 3) mode = first ? config::Auth::Enforce : config::Auth::Permissive;
    for (config::VrrpSection& section : cluster.configs[i].vrrps) {
      if (section.version == 3) section.auth = mode;
    }
  }
}

}  // namespace

Cluster draw_cluster(Random& random) {
  Cluster cluster;
  config::Config config = draw_hosts(random);
  draw_sections(config, random);
  draw_timing(config, random);
  draw_priorities(config, random);
  draw_tracks(config, random);
  cluster.configs.assign(config.cluster->nodes.size(), config);
  if (random.chance(15)) mix_intervals(cluster.configs, random);
  if (random.chance(33)) draw_auth(cluster, random);
  return cluster;
}

Cluster draw_equals(Random& random) {
  Cluster cluster;
  config::Config config = draw_hosts(random);
  draw_sections(config, random);
  config.vrrps.resize(1);
  config.vrrps.front().group.clear();
  config.vrrps.front().advert = base::Centiseconds(std::array{1, 10, 100}.at(random.below(3)));
  config.vrrps.front().preempt.enabled = random.chance(50);
  for (const config::Node& node : config.cluster->nodes) {
    config.vrrps.front().priorities.push_back({node.name, 100});
  }
  cluster.configs.assign(config.cluster->nodes.size(), config);
  return cluster;
}

}  // namespace wslb::sim

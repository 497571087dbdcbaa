#include "tests/agent/core/host.h"

#include <algorithm>
#include <iterator>

#include <gtest/gtest.h>

#include "base/overloaded.h"
#include "vrrp/packet.h"

namespace wslb::agent::core {

using namespace std::chrono_literals;

base::IpAddress ip(std::string_view text) {
  return base::IpAddress::parse(text).value();
}

config::VrrpSection vrrp_section(std::string name, std::string interface, std::uint8_t vrid) {
  config::VrrpSection section;
  section.name = std::move(name);
  section.interface = std::move(interface);
  section.vrid = vrid;
  section.vips = {{ip("10.0.0.100"), 24}};
  section.advert = base::Centiseconds(10);
  return section;
}

config::Config pair_config() {
  config::Config config;
  config.cluster.emplace();
  config.cluster->name = "edge";
  config.cluster->nodes = {{"lb1", ip("10.0.0.11"), {}}, {"lb2", ip("10.0.0.12"), {}}};
  config.vrrps = {vrrp_section("public", "eth0", 51)};
  return config;
}

config::Config preempting_pair() {
  config::Config config = pair_config();
  config.vrrps[0].preempt.enabled = true;
  return config;
}

Host::Host(const config::Config& config, std::string_view self, const vrrp::Keyring& keys)
    : config_(config), node_(config, self, keys) {}

void Host::boot() {
  for (const config::VrrpSection& each : config_.vrrps) {
    link(each.interface, true, true, "10.0.0.11");
    for (const std::string& tracked : each.track_interfaces) link(tracked, true, true, "");
  }
  feed(Start{});
  proxy(true);
  ASSERT_EQ(state(), SectionState::Backup);
}

Lines Host::feed(const Input& input) {
  return describe(node_.handle(input, now_));
}

Lines Host::run(base::Duration duration) {
  const base::TimePoint end = now_ + duration;
  Lines lines;
  for (auto due = node_.next_expiry(); due && *due <= end; due = node_.next_expiry()) {
    now_ = std::max(now_, *due);
    std::ranges::copy(expire(), std::back_inserter(lines));
  }
  now_ = end;
  return lines;
}

Lines Host::expire() {
  return describe(node_.expire(now_));
}

Lines Host::link(std::string_view interface, bool exists, bool up, std::string_view address) {
  LinkChanged link{.interface = std::string(interface),
                   .exists = exists,
                   .up = up,
                   .primary_v4 = std::nullopt,
                   .link_local_v6 = std::nullopt};
  if (!address.empty()) {
    (ip(address).is_v4() ? link.primary_v4 : link.link_local_v6) = ip(address);
  }
  return feed(link);
}

Lines Host::proxy(bool up) {
  return feed(ProxyChanged{.up = up, .pid = up ? 4711 : 0, .reason = up ? "" : "it was killed"});
}

vrrp::Advert advert_of(const config::VrrpSection& section, std::uint8_t priority) {
  vrrp::Advert advert{.version = section.version,
                      .vrid = section.vrid,
                      .priority = priority,
                      .interval = section.advert,
                      .addresses = {}};
  for (const config::Vip& vip : section.vips) advert.addresses.push_back(vip.address);
  return advert;
}

Lines Host::advert(std::uint8_t priority, std::string_view source, std::size_t index) {
  return advert(advert_of(config_.vrrps.at(index), priority), source, index);
}

Lines Host::advert(const vrrp::Advert& advert, std::string_view source, std::size_t index) {
  const auto group = vrrp::multicast_group(ip(source).family());
  return packet(vrrp::encode(advert, ip(source), group, vrrp::ChecksumForm::PseudoHeader), source,
                index);
}

Lines Host::packet(const base::Bytes& payload, std::string_view source, std::size_t index) {
  return feed(PacketReceived{.section = index,
                             .source = ip(source),
                             .destination = vrrp::multicast_group(ip(source).family()),
                             .ttl = 255,
                             .payload = payload});
}

Lines Host::word(std::uint8_t priority, std::string_view source) {
  return feed(PeerAdvert{.section = 0,
                         .node = "lb2",
                         .priority = priority,
                         .interval = config_.vrrps.front().advert,
                         .source = ip(source)});
}

Lines Host::failover(std::string vrrp, std::string to) {
  return feed(Failover{.vrrp = std::move(vrrp), .to = std::move(to)});
}

SectionStatus Host::section(std::size_t index) const {
  return node_.status(now_).sections.at(index);
}

std::uint64_t Host::count(std::string_view counter, std::size_t index) const {
  const std::vector<Counter> counters = section(index).counters;
  const auto found = std::ranges::find(counters, counter, &Counter::name);
  EXPECT_NE(found, counters.end()) << counter;
  return found == counters.end() ? 0 : found->value;
}

Lines Host::describe(const Effects& effects) {
  Lines lines;
  const auto name = [&](std::size_t index) { return config_.vrrps.at(index).name; };
  const auto line = [&](auto&&... parts) { lines.push_back((std::string() + ... + parts)); };
  for (const Effect& effect : effects) {
    std::visit(base::Overloaded{
                   [&](const SendAdvert& e) {
                     last_payload_ = e.payload;
                     line("advert ", std::to_string(e.payload.at(2)), " -> ",
                          e.destination.to_string());
                   },
                   [&](const TellPeers& e) { told_.push_back(e.priority); },
                   [&](const AddVips& e) { line("add vips ", name(e.section)); },
                   [&](const RemoveVips& e) { line("remove vips ", name(e.section)); },
                   [&](const Announce& e) {
                     line("announce ", name(e.section), " x", std::to_string(e.count));
                   },
                   [&](const ProbeVips& e) { line("probe ", name(e.section)); },
                   [&](const EndKept&) { line("end kept"); },
                   [&](const Emit& e) {
                     line("event ", std::string(to_string(e.kind)), " ", e.subject, ": ", e.text);
                   },
                   [&](const CommandResult& e) {
                     for (const std::string& each : e.lines) {
                       line(e.accepted ? "accepted " : "refused ", each);
                     }
                   },
               },
               effect);
  }
  return lines;
}

Lines actions(const Lines& lines) {
  Lines result;
  std::ranges::copy_if(lines, std::back_inserter(result),
                       [](const std::string& line) { return !line.starts_with("event "); });
  return result;
}

Lines events(const Lines& lines) {
  Lines result;
  std::ranges::copy_if(lines, std::back_inserter(result),
                       [](const std::string& line) { return line.starts_with("event "); });
  return result;
}

}  // namespace wslb::agent::core

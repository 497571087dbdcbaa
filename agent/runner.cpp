#include "agent/runner.h"

#include <algorithm>
#include <set>
#include <tuple>

#include <spdlog/spdlog.h>

namespace wslb::agent {
namespace {

constexpr std::chrono::seconds kPortRetry{1};

}  // namespace

Runner::Runner(World world, const config::Config& config, const std::string& self,
               const vrrp::Keyring& keys, std::uint32_t sequence_seconds)
    : world_(std::move(world)),
      config_(config),
      node_(config, self, keys),
      vips_(world_.io, world_.netlink, config, [this] { catch_up_if_overdue(); }),
      vmacs_(world_.netlink),
      self_(*config.cluster->find_node(self)),
      timer_(world_.io),
      port_retry_(world_.io),
      sequence_seconds_(sequence_seconds) {
  for (std::size_t index = 0; index < config.vrrps.size(); ++index) {
    for (const config::Vip& vip : config.vrrps[index].vips) all_vips_.push_back(vip.address);
    add_port(index);
  }
}

void Runner::add_port(std::size_t section) {
  // Not by feed(): a timer that is overdue waits until all packets have been read.
  const SectionPort::Handlers handlers{
      .on_packet =
          [this, section](const vrrp::Datagram& packet) {
            inputs_.emplace_back(
                core::PacketReceived{section, packet.source, packet.destination, packet.ttl,
                                     base::Bytes(packet.payload.begin(), packet.payload.end())});
            work_off();
          },
      .on_claim =
          [this, section](const base::IpAddress& vip, const Mac& mac) {
            feed(core::AddressClaimed{section, vip, mac});
          }};
  ports_.push_back(std::make_unique<SectionPort>(
      SectionPort::World{world_.io, world_.netlink, world_.announcer, vmacs_},
      config_.vrrps[section], handlers));
}

void Runner::start(bool drained) {
  core::Start begin{.sequence_seconds = sequence_seconds_, .drained = drained};
  inherit(begin);
  std::set<std::size_t> inherited;  // the core decides what becomes of their VIPs
  for (const core::Inherited& one : begin.inherited) inherited.insert(one.section);
  for (const VipKeeper::Finding& finding : vips_.purge(inherited)) {
    apply(core::Emit{core::EventKind::Vip, finding.interface, finding.text});
    if (finding.vacated) begin.vacated.push_back(*finding.vacated);
  }
  std::set<std::string> kept;
  for (const std::size_t section : inherited) {
    kept.insert(vip_interface(config_.vrrps[section]));
  }
  for (const std::string& name : vmacs_.purge(kept)) {
    apply(core::Emit{core::EventKind::Interface, name, "removed, left behind by an earlier agent"});
  }
  for (const config::VrrpSection& section : config_.vrrps) {
    tell_link(section.interface);
    for (const std::string& tracked : section.track_interfaces) tell_link(tracked);
  }
  world_.netlink.watch([this](const std::string& name) { on_interface_change(name); });
  feed(begin);
}

// What an agent left that was killed while it was active.
void Runner::inherit(core::Start& begin) {
  for (std::size_t index = 0; index < config_.vrrps.size(); ++index) {
    const auto last_advert = world_.continuity.last_advert(index);
    if (last_advert) begin.inherited.push_back({index, *last_advert});
  }
  begin.proxy_pid = world_.continuity.live_proxy();
}

void Runner::stop() {
  inputs_.clear();  // what an exception left there
  feed(core::Stop{});
  stopped_ = true;
  timer_.cancel();
  port_retry_.cancel();
  ports_.clear();
  vmacs_.remove_all();
}

void Runner::proxy_ready(std::int32_t pid) {
  world_.continuity.note_proxy(pid);
  if (stopped_) return;
  // Not by feed(): that this process was late is no lateness of a dead proxy's successor.
  inputs_.emplace_back(core::ProxyChanged{.up = true, .pid = pid, .reason = {}});
  work_off();
}

void Runner::proxy_lost(const std::string& reason, bool kept) {
  world_.continuity.note_proxy(0);
  feed(core::ProxyChanged{.up = false, .pid = 0, .reason = reason, .kept = kept});
}

void Runner::kept_ended() {
  feed(core::KeptEnded{});
}

void Runner::track_changed(core::TrackChanged change) {
  feed(std::move(change));
}

// A section that we do not have: the configurations differ, of which there is an alarm.
void Runner::peer_advert(const std::string& node, const PeerAdvert& advert) {
  const auto found = std::ranges::find(config_.vrrps, advert.section, &config::VrrpSection::name);
  if (found == config_.vrrps.end()) return;
  const auto section = static_cast<std::size_t>(found - config_.vrrps.begin());
  feed(core::PeerAdvert{section, node, advert.priority, advert.interval, advert.source});
}

core::CommandResult Runner::failover(core::Failover command) {
  return this->command(std::move(command));
}

core::CommandResult Runner::drain(bool on) {
  return command(core::Drain{on});
}

core::CommandResult Runner::command(core::Input input) {
  feed(std::move(input));
  return std::exchange(command_result_, std::nullopt)
      .value_or(core::CommandResult{false, {"the agent is about to end"}});
}

core::Status Runner::status() const {
  core::Status status = node_.status(now());
  for (std::size_t index = 0; index < ports_.size(); ++index) {
    core::SectionStatus& section = status.sections.at(index);
    section.counters.push_back({"adverts-failed", ports_[index]->sends_failed()});
    if (section.state != core::SectionState::Active) continue;  // it sends nothing
    for (std::string& alarm : ports_[index]->alarms()) section.alarms.push_back(std::move(alarm));
  }
  return status;
}

// --- The loop -----------------------------------------------------------------------------------

void Runner::feed(core::Input input) {
  if (stopped_) return;
  catch_up_if_overdue();
  inputs_.push_back(std::move(input));
  work_off();
}

void Runner::work_off() {
  while (!inputs_.empty()) {
    const core::Input input = std::move(inputs_.front());
    inputs_.pop_front();
    apply(node_.handle(input, now()));
  }
  arm();
}

// A slow host must not take over from a peer whose adverts wait in its own sockets.
void Runner::catch_up() {
  for (const auto& port : ports_) port->receive();
  apply(node_.expire(now()));
  work_off();
}

void Runner::catch_up_if_overdue() {
  const auto due = node_.next_expiry();
  if (!stopped_ && due && *due <= now()) catch_up();
}

void Runner::arm() {
  const auto due = node_.next_expiry();
  if (due == armed_) return;
  armed_ = due;
  timer_.cancel();
  if (!due) return;
  timer_.expires_at(*due);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || stopped_) return;
    armed_.reset();
    catch_up();
  });
}

// --- Interfaces ---------------------------------------------------------------------------------

void Runner::on_interface_change(const std::string& name) {
  if (stopped_) return;
  std::set<std::string> concerned;  // interfaces of the configuration
  for (const config::VrrpSection& section : config_.vrrps) {
    if (section.interface == name || vip_interface(section) == name) {
      concerned.insert(section.interface);
    }
    if (std::ranges::count(section.track_interfaces, name) > 0) concerned.insert(name);
  }
  for (const std::string& one : concerned) tell_link(one);
  for (const core::AddressLost& lost : vips_.lost_on(name)) feed(lost);
}

void Runner::tell_link(const std::string& name) {
  bool works = true;
  for (std::size_t index = 0; index < ports_.size(); ++index) {
    if (config_.vrrps[index].interface != name) continue;
    const auto followed = ports_[index]->follow(world_.netlink.find(name));
    if (!followed)
      apply(core::Emit{core::EventKind::Interface, name, followed.error().message, {}, true});
    works = works && ports_[index]->works();
  }
  core::LinkChanged link = look_at(name);
  // Without a socket an interface is as good as down.
  if (!works) {
    link.up = false;
    retry_ports();
  }
  const auto key = [](const core::LinkChanged& l) {
    return std::tie(l.exists, l.up, l.primary_v4, l.link_local_v6, l.own_v6, l.mac);
  };
  const auto [told, first] = links_.try_emplace(name, link);
  if (!first && key(told->second) == key(link)) return;
  told->second = link;
  feed(link);
}

core::LinkChanged Runner::look_at(const std::string& name) const {
  core::LinkChanged link;
  link.interface = name;
  const Interface* interface = world_.netlink.find(name);
  if (interface == nullptr) return link;
  link.exists = true;
  link.up = interface->up;
  link.mac = interface->mac;
  const auto own = [&](base::Family family) -> std::optional<base::IpAddress> {
    const base::IpAddress* address = self_.address_of(family);
    return address == nullptr ? std::nullopt : std::optional(*address);
  };
  link.primary_v4 = interface->primary_address(own(base::Family::V4), all_vips_);
  link.link_local_v6 = interface->link_local_address(all_vips_);
  const auto own_v6 = own(base::Family::V6);
  if (own_v6 && interface->has_usable(*own_v6)) link.own_v6 = own_v6;
  return link;
}

void Runner::retry_ports() {
  port_retry_.expires_after(kPortRetry);
  port_retry_.async_wait([this](const boost::system::error_code& error) {
    for (std::size_t index = 0; !error && !stopped_ && index < ports_.size(); ++index) {
      if (!ports_[index]->works()) tell_link(config_.vrrps[index].interface);
    }
  });
}

}  // namespace wslb::agent

#include "agent/runner.h"

#include <algorithm>
#include <tuple>

#include <spdlog/spdlog.h>

namespace wslb::agent {
namespace {

constexpr std::chrono::seconds kSocketRetry{1};

}  // namespace

Runner::Runner(const World& world, const config::Config& config, const std::string& self)
    : world_(world),
      config_(config),
      node_(config, self),
      vips_(world.io, world.netlink, config, [this] { catch_up_if_overdue(); }),
      own_address_(config.cluster->find_node(self)->address),
      sockets_(config.vrrps.size()),
      timer_(world.io),
      socket_retry_(world.io),
      socket_errors_(config.vrrps.size()),
      sending_(config.vrrps.size()) {
  for (const config::VrrpSection& section : config.vrrps) {
    for (const config::Vip& vip : section.vips) all_vips_.push_back(vip.address);
  }
}

void Runner::start() {
  core::Start begin;
  for (const VipKeeper::Finding& finding : vips_.purge()) {
    apply(core::Emit{core::EventKind::Vip, finding.interface, finding.text});
    if (finding.vacated) begin.vacated.push_back(*finding.vacated);
  }
  for (const config::VrrpSection& section : config_.vrrps) {
    tell_link(section.interface);
    for (const std::string& tracked : section.track_interfaces) tell_link(tracked);
  }
  world_.netlink.watch([this](const std::string& name) { on_interface_change(name); });
  feed(begin);
}

void Runner::stop() {
  inputs_.clear();  // what an exception left there
  feed(core::Stop{});
  stopped_ = true;
  timer_.cancel();
  socket_retry_.cancel();
  sockets_.clear();
}

void Runner::proxy_ready(std::int32_t pid) {
  feed(core::ProxyChanged{.up = true, .pid = pid, .reason = {}});
}

void Runner::proxy_lost(const std::string& reason) {
  feed(core::ProxyChanged{.up = false, .pid = 0, .reason = reason});
}

core::CommandResult Runner::failover(const std::string& vrrp, const std::string& to) {
  feed(core::Failover{vrrp, to});
  return std::exchange(command_result_, std::nullopt)
      .value_or(core::CommandResult{false, {"the agent is about to end"}});
}

core::Status Runner::status() const {
  core::Status status = node_.status(now());
  for (std::size_t index = 0; index < sending_.size(); ++index) {
    status.sections.at(index).counters.push_back({"adverts-failed", sending_[index].failed});
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
  for (const auto& socket : sockets_) {
    if (socket) socket->receive();
  }
  apply(node_.expire(now()));
  work_off();
}

void Runner::catch_up_if_overdue() {
  const auto due = node_.next_expiry();
  if (!stopped_ && due && *due <= now()) catch_up();
}

void Runner::arm() {
  const auto due = node_.next_expiry();
  if (!due) {
    timer_.cancel();
    return;
  }
  timer_.expires_at(*due);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error && !stopped_) catch_up();
  });
}

// --- Effects ------------------------------------------------------------------------------------

void Runner::apply(const core::Effects& effects) {
  for (const core::Effect& effect : effects) {
    std::visit([this](const auto& one) { apply(one); }, effect);
  }
}

void Runner::apply(const core::SendAdvert& effect) {
  const auto& socket = sockets_.at(effect.section);
  if (!socket) return;
  const auto sent = socket->send(effect.source, effect.destination, effect.payload);
  const std::string& interface = config_.vrrps[effect.section].interface;
  Sending& sending = sending_[effect.section];
  if (!sent) {
    ++sending.failed;
    if (!sending.failing.insert(effect.destination).second) return;
    apply(core::Emit{core::EventKind::Interface, interface,
                     "cannot send adverts on " + interface + " " + sent.error().message});
  } else if (sending.failing.erase(effect.destination) > 0) {
    apply(core::Emit{
        core::EventKind::Interface, interface,
        "can send adverts on " + interface + " to " + effect.destination.to_string() + " again"});
  }
}

void Runner::apply(const core::AddVips& effect) {
  // The core hears of the results after the effects that are under way.
  for (core::AddressResult& result : vips_.add(effect.section)) {
    inputs_.emplace_back(std::move(result));
  }
}

void Runner::apply(const core::RemoveVips& effect) {
  vips_.remove(effect.section);
}

void Runner::apply(const core::Announce& effect) {
  const config::VrrpSection& section = config_.vrrps.at(effect.section);
  const Interface* interface = world_.netlink.find(section.interface);
  if (interface == nullptr) return;
  for (const config::Vip& vip : section.vips) {
    const auto sent = world_.announcer.announce(*interface, vip.address, effect.count);
    if (!sent) spdlog::warn("vrrp {}: {}", section.name, sent.error().message);
  }
}

void Runner::apply(const core::Emit& effect) {
  const std::string kind(core::to_string(effect.kind));
  spdlog::info("{} {}: {}", kind, effect.subject, effect.text);
  world_.events.append(kind, effect.subject, effect.text, std::chrono::system_clock::now());
}

void Runner::apply(const core::CommandResult& effect) {
  command_result_ = effect;
}

// --- Interfaces ---------------------------------------------------------------------------------

void Runner::on_interface_change(const std::string& name) {
  if (stopped_) return;
  const bool ours = std::ranges::any_of(config_.vrrps, [&](const config::VrrpSection& section) {
    return section.interface == name || std::ranges::count(section.track_interfaces, name) > 0;
  });
  if (!ours) return;
  tell_link(name);
  for (const core::AddressLost& lost : vips_.lost_on(name)) feed(lost);
}

void Runner::tell_link(const std::string& name) {
  const Interface* interface = world_.netlink.find(name);
  core::LinkChanged link{.interface = name,
                         .exists = interface != nullptr,
                         .up = interface != nullptr && interface->up,
                         .primary_v4 = std::nullopt,
                         .link_local_v6 = std::nullopt};
  if (interface != nullptr) {
    link.primary_v4 = interface->primary_address(own_address_, all_vips_);
    link.mac = interface->mac;
  }
  for (std::size_t index = 0; index < config_.vrrps.size(); ++index) {
    if (config_.vrrps[index].interface != name) continue;
    // Without a socket an interface is as good as down.
    if (!follow_interface(index, interface)) link.up = false;
  }
  const auto key = [](const core::LinkChanged& l) {
    return std::tie(l.exists, l.up, l.primary_v4, l.mac);
  };
  const auto [told, first] = links_.try_emplace(name, link);
  if (!first && key(told->second) == key(link)) return;
  told->second = link;
  feed(link);
}

// Opens the section's socket on the interface as it is now. False: that failed.
bool Runner::follow_interface(std::size_t section, const Interface* interface) {
  auto& socket = sockets_[section];
  if (interface == nullptr) {
    socket.reset();
    socket_errors_[section].clear();
    return true;
  }
  if (socket && socket->interface_index() == interface->index) return true;
  const config::VrrpSection& settings = config_.vrrps[section];
  auto opened = VrrpSocket::open(world_.io, interface->name, interface->index, settings.transport,
                                 [this, section](const VrrpSocket::Packet& packet) {
                                   // Not by feed(): a timer that is overdue waits until all packets
                                   // have been read.
                                   inputs_.emplace_back(core::PacketReceived{
                                       section, packet.source, packet.destination, packet.ttl,
                                       base::Bytes(packet.payload.begin(), packet.payload.end())});
                                   work_off();
                                 });
  if (opened) {
    socket = std::move(*opened);
    socket_errors_[section].clear();
    return true;
  }
  socket.reset();
  const std::string& why = opened.error().message;
  if (std::exchange(socket_errors_[section], why) != why) {
    apply(core::Emit{core::EventKind::Interface, interface->name, why});
  }
  retry_sockets();
  return false;
}

void Runner::retry_sockets() {
  socket_retry_.expires_after(kSocketRetry);
  socket_retry_.async_wait([this](const boost::system::error_code& error) {
    for (std::size_t index = 0; !error && !stopped_ && index < sockets_.size(); ++index) {
      if (!sockets_[index] && !socket_errors_[index].empty())
        tell_link(config_.vrrps[index].interface);
    }
  });
}

}  // namespace wslb::agent

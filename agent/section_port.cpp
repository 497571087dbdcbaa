#include "agent/section_port.h"

#include <algorithm>
#include <array>

#include "agent/frame.h"

namespace wslb::agent {
namespace {

bool is_multicast(const base::IpAddress& address) {
  return address.is_v4() ? address.bytes()[0] >> 4U == 0xe : address.bytes()[0] == 0xff;
}

}  // namespace

SectionPort::SectionPort(const World& world, const config::VrrpSection& section, Handlers handlers)
    : world_(world), section_(section), handlers_(std::move(handlers)) {
  for (const config::Vip& vip : section.vips) vips_.push_back(vip.address);
}

base::Result<void> SectionPort::follow(const Interface* interface) {
  if (interface == nullptr) {
    socket_.reset();
    watch_.reset();
    interface_index_ = 0;
    error_.clear();
    failing_.clear();
    if (section_.use_vmac) world_.vmacs.remove(section_);
    return {};
  }
  const Interface now = *interface;  // the mirror may change while a macvlan is made
  const auto opened = open(now);
  const std::string error = opened ? "" : opened.error().message;
  if (opened) watch_claims(now);
  interface_index_ = now.index;
  mac_ = now.mac;
  if (std::exchange(error_, error) == error || opened) return {};
  return opened.error();
}

base::Result<void> SectionPort::open(const Interface& interface) {
  if (section_.use_vmac) {
    const auto made = world_.vmacs.ensure(section_, interface);
    if (!made) return made;
  }
  if (socket_ && socket_->interface_index() == interface.index) return {};
  socket_.reset();
  failing_.clear();
  auto opened = VrrpSocket::open(world_.io,
                                 {.interface = interface.name,
                                  .interface_index = interface.index,
                                  .family = vips_.front().family(),
                                  .vrid = section_.vrid,
                                  .transport = section_.transport},
                                 handlers_.on_packet);
  if (!opened) return opened.error();
  socket_ = std::move(*opened);
  return {};
}

// Without it the section still works, hence no error but an alarm.
void SectionPort::watch_claims(const Interface& interface) {
  if (watch_ && interface_index_ == interface.index && mac_ == interface.mac) return;
  watch_.reset();
  // The other router has the same virtual MAC, and is no foreign owner by it.
  const std::array own{interface.mac, section_.use_vmac ? virtual_mac(section_) : interface.mac};
  auto opened =
      ClaimWatch::open(world_.io, interface, vips_, own,
                       [this](const base::IpAddress& vip, const Mac& mac) { claimed(vip, mac); });
  watch_error_ = opened ? "" : opened.error().message;
  if (opened) watch_ = std::move(*opened);
}

// Two interfaces of this host on one network both answer for its addresses, unless told otherwise.
void SectionPort::claimed(const base::IpAddress& vip, const Mac& mac) {
  const auto& interfaces = world_.netlink.interfaces();
  const bool own =
      std::ranges::any_of(interfaces, [&](const auto& one) { return one.second.mac == mac; });
  if (!own) handlers_.on_claim(vip, mac);
}

std::optional<std::string> SectionPort::send(const core::SendAdvert& advert) {
  if (!socket_) return std::nullopt;
  const auto sent = transmit(advert);
  const std::string to = "adverts to " + advert.destination.to_string();
  if (!sent) {
    ++sends_failed_;
    const bool first = !failing_.contains(advert.destination);
    failing_[advert.destination] = sent.error().message;
    if (first) return to + " fail: " + sent.error().message;
  } else if (failing_.erase(advert.destination) > 0) {
    return to + " can be sent again";
  }
  return std::nullopt;
}

// To a single host they leave from the base interface's MAC, since its neighbours know its address
// by that one.
base::Result<void> SectionPort::transmit(const core::SendAdvert& advert) {
  if (!section_.use_vmac || !is_multicast(advert.destination)) {
    return socket_->send(advert.source, advert.destination, advert.payload);
  }
  return world_.announcer.send(
      interface_index_,
      multicast_advert(virtual_mac(section_), advert.source, advert.destination, advert.payload));
}

base::Result<void> SectionPort::announce(int count) {
  if (interface_index_ == 0) return {};
  const Mac mac = section_.use_vmac ? virtual_mac(section_) : mac_;
  for (const base::IpAddress& vip : vips_) {
    const auto sent = world_.announcer.send(interface_index_, announcement(mac, vip), count);
    if (!sent) {
      return base::Error{"cannot announce " + vip.to_string() + " on " + section_.interface + ": " +
                         sent.error().message};
    }
  }
  return {};
}

base::Result<void> SectionPort::probe() {
  if (interface_index_ == 0) return {};
  for (const base::IpAddress& vip : vips_) {
    const auto sent = world_.announcer.send(interface_index_, question(mac_, vip));
    if (!sent) {
      return base::Error{"cannot ask who has " + vip.to_string() + " on " + section_.interface +
                         ": " + sent.error().message};
    }
  }
  return {};
}

void SectionPort::receive() {
  if (socket_) socket_->receive();
}

std::vector<std::string> SectionPort::alarms() const {
  std::vector<std::string> clauses;
  for (const auto& [destination, why] : failing_) {
    clauses.push_back("adverts to " + destination.to_string() + " fail: " + why);
  }
  if (!watch_error_.empty()) clauses.push_back(watch_error_);
  return clauses;
}

}  // namespace wslb::agent

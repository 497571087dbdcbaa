#include "agent/vip_keeper.h"

#include <algorithm>

#include <spdlog/spdlog.h>

#include "agent/vmacs.h"

namespace wslb::agent {
namespace {

constexpr int kRenewalsPerLease = 3;
constexpr std::chrono::milliseconds kRemovalPause{100};

bool has_vip(const config::VrrpSection& section, const InterfaceAddress& address) {
  return std::ranges::any_of(section.vips, [&](const config::Vip& vip) {
    return vip.address == address.address && vip.prefix == address.prefix;
  });
}

}  // namespace

VipKeeper::VipKeeper(boost::asio::io_context& io, Netlink& netlink, const config::Config& config,
                     std::function<void()> before_renewal)
    : netlink_(netlink),
      config_(config),
      before_renewal_(std::move(before_renewal)),
      renewal_(io),
      removal_(io) {}

std::vector<VipKeeper::Finding> VipKeeper::purge(const std::set<std::size_t>& kept) {
  std::vector<Finding> findings;
  const std::map<int, Interface> before = netlink_.interfaces();
  for (const auto& [index, interface] : before) {
    for (const InterfaceAddress& address : interface.addresses) {
      if (address.protocol != kAddressProtocol) continue;
      const auto section = section_of(interface.name, address.address);
      const bool is_kept = section && kept.contains(*section);
      // Not with another prefix than it has now.
      if (is_kept && has_vip(config_.vrrps[*section], address)) continue;
      const auto removed = netlink_.remove_address(index, {address.address, address.prefix});
      if (!removed) {
        findings.push_back({interface.name, removed.error().message});
        continue;
      }
      findings.push_back(
          {interface.name,
           "removed " + address.address.to_string() + ", left behind by an earlier agent",
           is_kept ? std::nullopt : section});
    }
  }
  for (const config::VrrpSection& section : config_.vrrps) {
    const Interface* interface = netlink_.find(section.interface);
    for (const config::Vip& vip : section.vips) {
      const auto* there = interface == nullptr ? nullptr : interface->find_address(vip.address);
      if (there == nullptr || there->protocol == kAddressProtocol) continue;
      findings.push_back(
          {interface->name, vip.address.to_string() + " of vrrp " + section.name +
                                " is there already and not ours: remove it from the host's own "
                                "network configuration, or two hosts will answer for it"});
    }
  }
  return findings;
}

std::optional<std::size_t> VipKeeper::section_of(const std::string& interface,
                                                 const base::IpAddress& address) const {
  for (std::size_t index = 0; index < config_.vrrps.size(); ++index) {
    const config::VrrpSection& section = config_.vrrps[index];
    const auto found = std::ranges::find(section.vips, address, &config::Vip::address);
    const bool here = section.interface == interface || vip_interface(section) == interface;
    if (here && found != section.vips.end()) return index;
  }
  return std::nullopt;
}

std::vector<core::AddressResult> VipKeeper::add(std::size_t index) {
  const config::VrrpSection& section = config_.vrrps.at(index);
  const std::string name = vip_interface(section);
  std::vector<core::AddressResult> results;
  remember(index);
  std::string error;
  if (const Interface* vmac = netlink_.find(name); section.use_vmac && vmac != nullptr) {
    const auto up = netlink_.requests().set_up(vmac->index, true);
    if (!up) error = "cannot switch " + name + " on: " + up.error().message;
  }
  for (const config::Vip& vip : section.vips) {
    const auto added = netlink_.put_address(name, vip, section.lease);
    results.push_back({index, vip, added ? error : added.error().message});
  }
  held_.insert(index);
  for (const Placed& placed : placed_) {
    if (placed.section == index) renewer_.hold(placed.interface_index, placed.vip);
  }
  arm();
  return results;
}

void VipKeeper::remove(std::size_t index) {
  held_.erase(index);
  remember(index);
  remove_what_is_not_held();
}

void VipKeeper::remember(std::size_t index) {
  const config::VrrpSection& section = config_.vrrps.at(index);
  const Interface* interface = netlink_.find(vip_interface(section));
  if (interface == nullptr) return;
  for (const config::Vip& vip : section.vips) {
    placed_.insert({index, interface->index, vip});
  }
}

base::Result<void> VipKeeper::take_off(const Placed& placed) {
  renewer_.release(placed.interface_index, placed.vip);
  if (config_.vrrps[placed.section].use_vmac) {
    // Whoever is active now has the same MAC.
    const auto down = netlink_.requests().set_up(placed.interface_index, false);
    if (!down) return base::Error{"cannot switch the macvlan off: " + down.error().message};
  }
  return netlink_.remove_address(placed.interface_index, placed.vip);
}

void VipKeeper::remove_what_is_not_held() {
  bool failed = false;
  std::erase_if(placed_, [&](const Placed& placed) {
    if (held_.contains(placed.section)) return false;
    const auto removed = take_off(placed);
    if (removed) return true;
    failed = true;
    if (const auto suppressed = removal_errors_.pass(std::chrono::steady_clock::now())) {
      spdlog::error("vrrp {}: {}; next attempt in 100 ms ({} more such errors before)",
                    config_.vrrps[placed.section].name, removed.error().message, *suppressed);
    }
    return false;
  });
  if (!failed) return;
  removal_.expires_after(kRemovalPause);
  removal_.async_wait([this](const boost::system::error_code& error) {
    if (!error) remove_what_is_not_held();
  });
}

std::vector<core::AddressLost> VipKeeper::lost_on(std::string_view name) const {
  std::vector<core::AddressLost> lost;
  const Interface* interface = netlink_.find(name);
  for (const std::size_t index : held_) {
    const config::VrrpSection& section = config_.vrrps.at(index);
    const bool off = section.use_vmac && (interface == nullptr || !interface->switched_on);
    if (vip_interface(section) != name) continue;
    for (const config::Vip& vip : section.vips) {
      const bool there = interface != nullptr && interface->find_address(vip.address) != nullptr;
      if (there && !off) continue;
      lost.push_back({index, vip});
    }
  }
  return lost;
}

// One timer, at the pace of the shortest lease that is held.
void VipKeeper::arm() {
  std::optional<base::Duration> shortest;
  for (const std::size_t index : held_) {
    const auto& lease = config_.vrrps.at(index).lease;
    if (lease) shortest = shortest ? std::min(*shortest, *lease) : *lease;
  }
  if (!shortest) {
    renewal_.cancel();
    return;
  }
  renewal_.expires_after(*shortest / kRenewalsPerLease);
  renewal_.async_wait([this](const boost::system::error_code& error) {
    if (!error) renew();
  });
}

void VipKeeper::renew() {
  before_renewal_();
  std::vector<AddressPut> puts;
  for (const std::size_t index : held_) {
    const config::VrrpSection& section = config_.vrrps.at(index);
    if (!section.lease) continue;
    // Only what is there: an address that somebody removed is the core's to put back.
    const Interface* interface = netlink_.find(vip_interface(section));
    if (interface == nullptr) continue;
    for (const config::Vip& vip : section.vips) {
      if (interface->find_address(vip.address) == nullptr) continue;
      puts.push_back(netlink_.plan_put(*interface, vip, section.lease));
    }
  }
  renewer_.renew(std::move(puts), std::chrono::steady_clock::now());
  arm();
}

}  // namespace wslb::agent

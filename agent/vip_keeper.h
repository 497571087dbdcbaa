// The VIPs that this host holds: puts them on their interfaces, renews their leases while they are
// held, takes them off, and notices when somebody else did. It decides nothing; the runner tells it
// what the core wants. Also removes, once at the start, what a killed agent left behind. Leases are
// renewed on LeaseRenewer's thread; all else happens on the agent's one.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agent/core/input.h"
#include "agent/lease_renewer.h"
#include "agent/log_limiter.h"
#include "agent/netlink.h"
#include "config/config.h"

namespace wslb::agent {

class VipKeeper {
 public:
  // Something about addresses that the operator should know.
  struct Finding {
    std::string interface;
    std::string text;
    std::optional<std::size_t> vacated = std::nullopt;  // the section whose VIP was removed
  };

  // `before_renewal` gives up first what is overdue to be given up: the lease of a VIP must not be
  // renewed by an agent that slept through its own time-outs.
  VipKeeper(boost::asio::io_context& io, Netlink& netlink, const config::Config& config,
            std::function<void()> before_renewal);

  // Removes every address with our tag but those of the sections to be `kept`; an untagged VIP of
  // ours is somebody else's and only told.
  [[nodiscard]] std::vector<Finding> purge(const std::set<std::size_t>& kept = {});

  // By index into config::Config::vrrps.
  [[nodiscard]] std::vector<core::AddressResult> add(std::size_t section);
  // What cannot be removed now is tried again every 100 ms.
  void remove(std::size_t section);
  [[nodiscard]] bool holds(std::size_t section) const { return held_.contains(section); }

  // VIPs that are held but not on `interface` though they belong there.
  [[nodiscard]] std::vector<core::AddressLost> lost_on(std::string_view interface) const;

 private:
  // Where a VIP was put, whether the kernel confirmed that or not.
  struct Placed {
    std::size_t section = 0;
    int interface_index = 0;
    config::Vip vip;
    auto operator<=>(const Placed&) const = default;
  };

  void arm();
  void renew();
  void remove_what_is_not_held();
  void remember(std::size_t section);
  [[nodiscard]] base::Result<void> take_off(const Placed& placed);
  [[nodiscard]] std::optional<std::size_t> section_of(const std::string& interface,
                                                      const base::IpAddress& address) const;

  Netlink& netlink_;
  const config::Config& config_;
  std::function<void()> before_renewal_;
  boost::asio::steady_timer renewal_;
  boost::asio::steady_timer removal_;  // the next attempt
  std::set<std::size_t> held_;
  std::set<Placed> placed_;
  LogLimiter removal_errors_;
  LeaseRenewer renewer_;
};

}  // namespace wslb::agent

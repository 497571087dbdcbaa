// Listens on an interface for other hosts that say they have one of a section's VIPs: ARP packets
// with it as sender, neighbour advertisements with it as target. The kernel filters, so that the
// agent wakes up for such claims alone; of a flood of them a few get through each tenth of a
// second. Whether a claim is wrong is for the core to judge: a peer that is active claims by right.
// Used by SectionPort; never sends.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agent/descriptor.h"
#include "agent/interface.h"
#include "base/ip_address.h"
#include "base/result.h"
#include "base/time.h"

namespace wslb::agent {

class ClaimWatch {
 public:
  using OnClaim = std::function<void(const base::IpAddress& vip, const Mac& mac)>;

  // `vips`: all of one family, at least one. Claims from the MACs in `own` do not count. Needs
  // CAP_NET_RAW.
  static base::Result<std::unique_ptr<ClaimWatch>> open(boost::asio::io_context& io,
                                                        const Interface& interface,
                                                        std::span<const base::IpAddress> vips,
                                                        std::span<const Mac> own, OnClaim on_claim);
  ClaimWatch(boost::asio::io_context& io, Descriptor socket, base::Family family, OnClaim on_claim);

 private:
  static constexpr int kClaimsPerWindow = 16;

  void wait();
  void pause();
  void receive();
  [[nodiscard]] bool is_flood() const { return in_window_ >= kClaimsPerWindow; }

  Descriptor socket_;
  boost::asio::steady_timer pause_;
  base::Family family_;
  OnClaim on_claim_;
  base::TimePoint window_end_;
  int in_window_ = 0;  // claims since the window of 100 ms began
  // Expires with the watch; a handler may destroy it while claims are being read.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace wslb::agent

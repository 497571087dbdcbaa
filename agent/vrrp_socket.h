// The raw socket of one virtual router on one interface: IP protocol 112 over IPv4 or IPv6, to the
// group 224.0.0.18 or ff02::12 or to single hosts (RFC 9568, section 5.1). It gives every packet of
// its VRID to its owner, bad ones too, since judging them is the core's work; those of other VRIDs
// are dropped by the kernel. It never touches VRRP's checksum. When the interface is created anew,
// the owner opens a new socket. Used by SectionPort, on the agent's one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "agent/descriptor.h"
#include "base/bytes.h"
#include "base/ip_address.h"
#include "base/result.h"
#include "config/vrrp_section.h"
#include "vrrp/datagram.h"

namespace wslb::agent {

class VrrpSocket {
 public:
  // Valid during the call.
  using OnPacket = std::function<void(const vrrp::Datagram&)>;

  struct Settings {
    std::string interface;
    int interface_index = 0;  // that of `interface` now
    base::Family family = base::Family::V4;
    std::uint8_t vrid = 0;
    config::Transport transport = config::Transport::Multicast;
  };

  // Needs CAP_NET_RAW.
  static base::Result<std::unique_ptr<VrrpSocket>> open(boost::asio::io_context& io,
                                                        const Settings& settings,
                                                        OnPacket on_packet);
  VrrpSocket(Descriptor socket, const Settings& settings, OnPacket on_packet);

  // `source` is the interface's primary address, never a VIP; it may have gone a moment ago. The
  // error is the kernel's words, and a guess why.
  [[nodiscard]] base::Result<void> send(const base::IpAddress& source,
                                        const base::IpAddress& destination, base::ByteView payload);

  // Hands over what waits in the socket, and no more than its buffer can hold: whoever floods us
  // keeps no timer waiting. The event loop does it by itself; the owner does it too before a
  // timer's expiry counts.
  void receive();

  [[nodiscard]] int native_handle() { return socket_.native_handle(); }
  [[nodiscard]] int interface_index() const { return settings_.interface_index; }

 private:
  void wait();

  Descriptor socket_;
  Settings settings_;
  OnPacket on_packet_;
  // Expires with the socket; a handler may destroy the socket while packets are being read.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace wslb::agent

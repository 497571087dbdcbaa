// Gratuitous ARP: tells switches and neighbours that a VIP lives here now. Requests whose sender
// and target are the VIP, as Keepalived sends them, since some hosts ignore the reply form. When
// and how often is the core's decision; one call is one burst. Used by the runner.
#pragma once

#include "agent/file_descriptor.h"
#include "agent/interface.h"
#include "base/ip_address.h"
#include "base/result.h"

namespace wslb::agent {

class Announcer {
 public:
  // Needs CAP_NET_RAW. Receives nothing: opening a socket that does costs 10 ms, this one little,
  // and it serves every interface from then on.
  static base::Result<Announcer> open();

  // `count` requests (1 .. 255) back to back.
  [[nodiscard]] base::Result<void> announce(const Interface& interface, const base::IpAddress& vip,
                                            int count);

 private:
  explicit Announcer(FileDescriptor socket) : socket_(std::move(socket)) {}

  FileDescriptor socket_;
};

// The 28 bytes of such a request (RFC 826; RFC 9568, section 8.1.2).
[[nodiscard]] base::Bytes gratuitous_arp(const Mac& mac, const base::IpAddress& vip);

}  // namespace wslb::agent

// Sends ready syslog lines over UDP to the targets of `log`. Never blocks: where the kernel's
// buffer is full the line is dropped and counted, since a slow log must not slow the traffic.
// Thread-safe; it formats nothing and knows no levels, the caller has done both.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "base/ip_address.h"
#include "base/result.h"

namespace wslb::proxy {

class SyslogSender {
 public:
  // Opens the two sockets (IPv4, IPv6); an address family that this host lacks is left out.
  [[nodiscard]] static base::Result<SyslogSender> open();
  ~SyslogSender();
  SyslogSender(SyslogSender&& other) noexcept;
  SyslogSender& operator=(SyslogSender&&) = delete;

  // One datagram, without a line end. What cannot be sent at once, for whatever reason, is counted
  // in dropped(); that a target is not there is not an error of UDP's, so it counts as sent.
  void send(const base::Endpoint& target, std::string_view line);

  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  SyslogSender(int ipv4, int ipv6) : ipv4_(ipv4), ipv6_(ipv6) {}

  int ipv4_ = -1;
  int ipv6_ = -1;
  std::atomic<std::uint64_t> sent_ = 0;
  std::atomic<std::uint64_t> dropped_ = 0;
};

}  // namespace wslb::proxy

// Sends ready lines to the targets of `log`: UDP, unix datagram sockets, stdout and stderr. Never
// blocks: where the kernel does not take a line at once it is dropped and counted, since a slow log
// must not slow the traffic. Thread-safe; it formats nothing, the caller has done that.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string_view>

#include "base/ip_address.h"
#include "base/result.h"
#include "config/log_target.h"

namespace wslb::proxy {

class SyslogSender {
 public:
  // Opens the sockets (IPv4, IPv6, unix); an address family that this host lacks is left out.
  [[nodiscard]] static base::Result<SyslogSender> open();
  ~SyslogSender();
  SyslogSender(SyslogSender&& other) noexcept;
  SyslogSender& operator=(SyslogSender&&) = delete;

  // One datagram or one write. What cannot be sent at once, for whatever reason, is counted in
  // dropped(); that a UDP target is not there is not an error of UDP's, so it counts as sent.
  void send(const config::LogTarget& target, std::string_view line);

  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  SyslogSender(int ipv4, int ipv6, int unix_socket)
      : ipv4_(ipv4), ipv6_(ipv6), unix_(unix_socket) {}

  bool send_udp(const base::Endpoint& to, std::string_view line) const;
  bool send_unix(const std::string& path, std::string_view line) const;
  bool write_descriptor(int descriptor, std::string_view line);

  int ipv4_ = -1;
  int ipv6_ = -1;
  int unix_ = -1;
  std::mutex descriptor_;  // so that a pipe that has room still has it when we write
  std::atomic<std::uint64_t> sent_ = 0;
  std::atomic<std::uint64_t> dropped_ = 0;
};

}  // namespace wslb::proxy

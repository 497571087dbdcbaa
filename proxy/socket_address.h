// base::Endpoint as the kernel wants it: a sockaddr.
#pragma once

#include <string>

#include <sys/socket.h>

#include "base/ip_address.h"
#include "config/server.h"

namespace wslb::proxy {

class SocketAddress {
 public:
  explicit SocketAddress(const base::Endpoint& endpoint);
  // Of a unix socket: a path, or an abstract name, which HAProxy pads with zeros.
  SocketAddress(const std::string& path, bool abstract);

  [[nodiscard]] const sockaddr* data() const;
  [[nodiscard]] socklen_t size() const { return size_; }
  [[nodiscard]] int family() const { return storage_.ss_family; }

  // The other way. All zero where it is neither an IPv4 nor an IPv6 address.
  static base::Endpoint to_endpoint(const sockaddr_storage& address);

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

// Where a server is.
[[nodiscard]] SocketAddress address_of(const config::Server& server);

// Where the peer of a connected socket connected to.
[[nodiscard]] base::Endpoint local_endpoint(int fd);
[[nodiscard]] base::Endpoint peer_endpoint(int fd);

}  // namespace wslb::proxy

// base::Endpoint as the kernel wants it: a sockaddr.
#pragma once

#include <sys/socket.h>

#include "base/ip_address.h"

namespace wslb::proxy {

class SocketAddress {
 public:
  explicit SocketAddress(const base::Endpoint& endpoint);

  [[nodiscard]] const sockaddr* data() const;
  [[nodiscard]] socklen_t size() const { return size_; }
  [[nodiscard]] int family() const { return storage_.ss_family; }

  // The other way; `address` must hold an IPv4 or IPv6 address.
  static base::Endpoint to_endpoint(const sockaddr_storage& address);

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

// Where the peer of a connected socket connected to.
[[nodiscard]] base::Endpoint local_endpoint(int fd);

}  // namespace wslb::proxy

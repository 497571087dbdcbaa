#include "proxy/socket_address.h"

#include <algorithm>
#include <cstring>

#include <netinet/in.h>
#include <sys/un.h>

namespace wslb::proxy {

SocketAddress::SocketAddress(const base::Endpoint& endpoint) {
  if (endpoint.address.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    std::memcpy(&v4.sin_addr, endpoint.address.bytes().data(), sizeof v4.sin_addr);
    std::memcpy(&storage_, &v4, size_ = sizeof v4);
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(endpoint.port);
    std::memcpy(&v6.sin6_addr, endpoint.address.bytes().data(), sizeof v6.sin6_addr);
    std::memcpy(&storage_, &v6, size_ = sizeof v6);
  }
}

SocketAddress::SocketAddress(const std::string& path, bool abstract) {
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  const std::size_t room = sizeof local.sun_path - 1;
  std::memcpy(local.sun_path + (abstract ? 1 : 0), path.data(), std::min(path.size(), room));
  std::memcpy(&storage_, &local, size_ = sizeof local);
}

const sockaddr* SocketAddress::data() const {
  return reinterpret_cast<const sockaddr*>(&storage_);
}

base::Endpoint SocketAddress::to_endpoint(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    base::IpAddress::V4 bytes;
    std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
    return {base::IpAddress(bytes), ntohs(v4.sin_port)};
  }
  if (address.ss_family != AF_INET6) return {};
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof v6);
  base::IpAddress::V6 bytes;
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  return {base::IpAddress(bytes), ntohs(v6.sin6_port)};
}

SocketAddress address_of(const config::Server& server) {
  return server.unix_path.empty() ? SocketAddress(server.address)
                                  : SocketAddress(server.unix_path, server.abstract);
}

base::Endpoint local_endpoint(int fd) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  return SocketAddress::to_endpoint(address);
}

base::Endpoint peer_endpoint(int fd) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  ::getpeername(fd, reinterpret_cast<sockaddr*>(&address), &length);
  return SocketAddress::to_endpoint(address);
}

}  // namespace wslb::proxy

// The part of ServerPool that operators use: what they change, and what they look at.
#include <algorithm>
#include <chrono>

#include "proxy/server_pool.h"

namespace wslb::proxy {

void ServerPool::set_admin(std::size_t server, lb::Admin admin) {
  const std::lock_guard lock(mutex_);
  deliver({backend_.advance(std::chrono::steady_clock::now()), {}});
  deliver(backend_.set_admin(server, admin));
}

void ServerPool::set_weight(std::size_t server, int weight) {
  const std::lock_guard lock(mutex_);
  deliver(backend_.set_weight(server, weight));
}

void ServerPool::set_maxconn(std::size_t server, std::uint32_t maxconn) {
  const std::lock_guard lock(mutex_);
  deliver({backend_.set_maxconn(server, maxconn), {}});
}

void ServerPool::set_address(std::size_t server, const base::Endpoint& address) {
  const std::lock_guard lock(mutex_);
  addresses_.at(server) = address;
}

base::Endpoint ServerPool::address(std::size_t server) const {
  const std::lock_guard lock(mutex_);
  return addresses_.at(server);
}

SocketAddress ServerPool::socket_address(std::size_t server) const {
  const config::Server& configured = section_.servers[server];
  return configured.unix_path.empty() ? SocketAddress(address(server)) : address_of(configured);
}

lb::ServerState ServerPool::state(std::size_t server) const {
  const std::lock_guard lock(mutex_);
  return backend_.server(server);
}

std::size_t ServerPool::queued() const {
  const std::lock_guard lock(mutex_);
  return backend_.queued();
}

std::size_t ServerPool::queued_most() const {
  const std::lock_guard lock(mutex_);
  return backend_.queued_most();
}

void ServerPool::clear_statistics(bool all) {
  for (std::size_t i = 0; i <= section_.servers.size(); ++i) {
    all ? statistics_[i].reset() : statistics_[i].sessions_most.reset();
  }
  const std::lock_guard lock(mutex_);
  backend_.forget_peaks();
}

}  // namespace wslb::proxy

// The part of ServerPool that makes it one of its family.
#include "proxy/pool_family.h"

#include <algorithm>
#include <chrono>
#include <random>

#include "proxy/server_pool.h"

namespace wslb::proxy {

bool is_same_server(const config::Server& one, const config::Server& other) {
  if (one.name != other.name || one.host != other.host) return false;
  if (one.resolution.resolvers != other.resolution.resolvers) return false;
  if (one.unix_path != other.unix_path || one.abstract != other.abstract) return false;
  return one.host.empty() ? one.address == other.address : one.address.port == other.address.port;
}

ServerPool::ServerPool(const config::ProxySection& section, std::uint32_t fullconn,
                       const ServerPool* before)
    : section_(section),
      fullconn_(fullconn),
      family_(before == nullptr ? std::make_shared<PoolFamily>() : before->family_),
      backend_(section, fullconn, std::random_device{}()) {
  const std::lock_guard lock(mutex_);
  (void)backend_.advance(std::chrono::steady_clock::now());
  for (std::size_t i = 0; i < section.servers.size(); ++i) adopt(i, before);
  family_->pools.push_back(this);
}

ServerPool::~ServerPool() {
  const std::lock_guard lock(mutex_);
  std::erase(family_->pools, this);
}

// The same server of the pool before, or a new one.
void ServerPool::adopt(std::size_t server, const ServerPool* before) {
  const config::Server& configured = section_.servers[server];
  std::shared_ptr<SharedServer> shared;
  if (before != nullptr) {
    const auto& known = before->section_.servers;
    const auto found = std::ranges::find_if(
        known, [&](const config::Server& each) { return is_same_server(each, configured); });
    if (found != known.end()) {
      const auto number = static_cast<std::size_t>(found - known.begin());
      shared = before->servers_[number];
      backend_.go_on(server, before->backend_.server(number), *found);
      const bool asked_once = configured.resolution.resolvers.empty();
      if (!configured.host.empty() && asked_once) shared->address = configured.address;
    }
  }
  if (!shared) {
    shared = std::make_shared<SharedServer>();
    shared->address = configured.address;
    shared->findings.points = configured.check.rise;
    shared->findings.off = configured.added;
  }
  numbers_.emplace(shared.get(), server);
  servers_.push_back(std::move(shared));
}

std::optional<std::size_t> ServerPool::find(const SharedServer& server) const {
  const auto found = numbers_.find(&server);
  if (found == numbers_.end()) return std::nullopt;
  return found->second;
}

}  // namespace wslb::proxy

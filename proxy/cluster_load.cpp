#include "proxy/cluster_load.h"

#include <algorithm>

namespace wslb::proxy {
namespace {

constexpr std::size_t kPacketBytes = 32768;
constexpr std::size_t kLoadBytes = 16;       // besides the names, about
constexpr std::size_t kNameBytesMax = 1024;  // agents take no longer ones

}  // namespace

void ClusterLoad::set_service(std::shared_ptr<const Service> service) {
  service_ = std::move(service);
  pools_.clear();
  for (const auto& [backend, pool] : service_->pools) {
    Pool& one = pools_[backend];
    one.pool = pool.get();
    const auto& servers = pool->section().servers;
    one.told.resize(servers.size());
    for (std::size_t i = 0; i < servers.size(); ++i) one.numbers.emplace(servers[i].name, i);
  }
  at_ = pools_.end();
  anew_ = true;
  for (const auto& [name, connections] : elsewhere_) apply(name.first, name.second, connections);
}

bool ClusterLoad::next(proto::StickyLoads& out) {
  if (at_ == pools_.end()) return false;
  out.set_anew(std::exchange(anew_, false));
  std::size_t bytes = 0;
  while (at_ != pools_.end() && gather(at_->first, at_->second, out, bytes)) ++at_;
  return out.anew() || out.loads_size() > 0;
}

// False: the packet is full.
bool ClusterLoad::gather(const std::string& backend, Pool& pool, proto::StickyLoads& out,
                         std::size_t& bytes) {
  pool.pool->read_served(served_);
  for (const auto& [server, i] : pool.numbers) {
    if (served_[i] == pool.told[i]) continue;
    if (backend.size() > kNameBytesMax || server.size() > kNameBytesMax) continue;
    if (bytes >= kPacketBytes) return false;
    bytes += backend.size() + server.size() + kLoadBytes;
    pool.told[i] = served_[i];
    proto::StickyLoad& load = *out.add_loads();
    load.set_backend(backend);
    load.set_server(std::string(server));
    load.set_connections(served_[i]);
  }
  return true;
}

void ClusterLoad::take(const proto::StickyLoads& loads) {
  for (const proto::StickyLoad& load : loads.loads()) {
    if (load.connections() > 0) {
      elsewhere_[{load.backend(), load.server()}] = load.connections();
    } else {
      elsewhere_.erase({load.backend(), load.server()});
    }
    apply(load.backend(), load.server(), load.connections());
  }
}

void ClusterLoad::apply(std::string_view backend, std::string_view server,
                        std::uint32_t connections) {
  const auto pool = pools_.find(backend);
  if (pool == pools_.end()) return;
  const auto number = pool->second.numbers.find(server);
  if (number == pool->second.numbers.end()) return;
  pool->second.pool->set_elsewhere(number->second, connections);
}

void ClusterLoad::reset() {
  for (const auto& [name, connections] : elsewhere_) apply(name.first, name.second, 0);
  elsewhere_.clear();
  for (auto& [backend, pool] : pools_) std::ranges::fill(pool.told, 0U);
  at_ = pools_.end();
  anew_ = true;
}

}  // namespace wslb::proxy

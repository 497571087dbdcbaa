// The part of Server that goes on with what a process before this one had.
#include <memory>

#include <spdlog/spdlog.h>

#include "proxy/established_tunnel.h"
#include "proxy/server.h"
#include "proxy/tunnel_recovery.h"

namespace wslb::proxy {

bool Server::open_vault(ClaimedVault& claimed) {
  const auto& cluster = service_->config.cluster;
  if (cluster && !cluster->vault) return false;
  if (workers_.size() > vault::Arena::kWorkersMax) {
    spdlog::warn("vault: it is off, since it has room for {} threads, not for {}",
                 vault::Arena::kWorkersMax, workers_.size());
    return false;
  }
  const bool is_kept = claimed.arena != nullptr;
  if (!is_kept) {
    auto arena = vault::Arena::create();
    if (!arena) {
      spdlog::error("vault: {}; no connection outlives this process", arena.error().message);
      return false;
    }
    claimed.arena = std::move(*arena);
  }
  if (!claimed.complaint.empty()) {
    spdlog::error("vault: {}; the connections of the process before this one are lost",
                  claimed.complaint);
  }
  vault_ = std::make_unique<VaultLink>(workers_.front()->context, std::move(claimed.arena));
  process_.vault = vault_.get();
  Recovery recovery;
  if (is_kept) recovery = recover_tunnels(*vault_, claimed.sockets);
  vault::Arena& arena = vault_->arena();
  arena.set_workers(workers_.size());
  for (std::size_t i = 0; i < workers_.size(); ++i) workers_[i]->engine.move_into(arena, i);
  if (is_kept) go_on_with(std::move(recovery));
  return is_kept;
}

void Server::go_on_with(Recovery recovery) {
  std::size_t next = 0;
  std::size_t resumed = 0;
  for (RecoveredTunnel& tunnel : recovery.tunnels) {
    Worker& worker = *workers_[next++ % workers_.size()];
    if (resume_tunnel(service_, worker, std::move(tunnel))) ++resumed;
  }
  spdlog::info(
      "vault: {} tunnels go on; {} were over, {} lost their server, {} closed as "
      "untrusted, {} because processes died of them",
      resumed, recovery.ended, recovery.tunnels.size() - resumed, recovery.untrusted,
      recovery.crashed);
}

void Server::tell_listeners() {
  if (vault_) vault_->set_listeners(listeners_.kept());
}

}  // namespace wslb::proxy

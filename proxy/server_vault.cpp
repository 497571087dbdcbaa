// The part of Server that goes on with what a process before this one had.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "proxy/crash_note.h"
#include "proxy/established_tunnel.h"
#include "proxy/http/websocket_frame.h"
#include "proxy/server.h"
#include "proxy/tunnel_facts.h"
#include "proxy/tunnel_recovery.h"

namespace wslb::proxy {
namespace {

// For what is under way when a process leaves its place to another one: new clients wait meanwhile.
constexpr base::Duration kLastAnswers = std::chrono::milliseconds(50);
constexpr base::Duration kCloseMax = std::chrono::seconds(1);
// systemd ends a proxy that takes 5 s to end.
constexpr base::Duration kHandOverMax = std::chrono::seconds(2);

constexpr std::size_t kTunnelsPerTurn = 64;

// Told when the last worker has done its share.
struct Summary {
  std::size_t tunnels = 0;
  std::size_t clients = 0;
  std::atomic<std::size_t> lost{0};
  Recovery::Closed closed;

  ~Summary() {
    spdlog::info(
        "vault: {} tunnels and {} other clients go on; closed: {} that were over, {} whose server "
        "is not configured any more, {} in the middle of an answer, {} that do not fit together, "
        "{} because processes died of them",
        tunnels - lost, clients, closed.ended, lost.load(), closed.truncated, closed.untrusted,
        closed.crashed);
  }
};

AcceptedClient::Admitted admitted_before(const ReadClientFacts& facts, const Service& service,
                                         const RecoveredClient& client) {
  AcceptedClient::Admitted admitted;
  admitted.destination = facts.destination.value_or(local_endpoint(client.socket));
  admitted.asked = client.asked;
  for (const TunnelHoldKeys::Key& key : facts.holds.keys) {
    if (key.tracker == 0 || key.tracker > config::kTrackedMax) continue;
    auto hold = hold_again(service.stick_tables, key, stick::Table::Holder::Request);
    if (hold) admitted.tracked.add(key.tracker - 1, std::move(*hold));
  }
  return admitted;
}

// Of a worker's tunnels a part at a time: those that are there already need not wait for the rest.
void resume_some(const std::shared_ptr<Service>& service, Worker& worker,
                 std::vector<RecoveredTunnel> share, std::shared_ptr<Summary> summary) {
  for (std::size_t i = 0; i < kTunnelsPerTurn && !share.empty(); ++i) {
    if (!resume_tunnel(service, worker, std::move(share.back()))) ++summary->lost;
    share.pop_back();
  }
  if (share.empty()) return;
  boost::asio::post(worker.context, [service, &worker, summary = std::move(summary),
                                     rest = std::move(share)]() mutable {
    resume_some(service, worker, std::move(rest), std::move(summary));
  });
}

}  // namespace

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
    spdlog::error("vault: {}; connections of the process before this one are lost",
                  claimed.complaint);
  }
  vault_ = std::make_unique<VaultLink>(workers_.front()->context, std::move(claimed.arena));
  process_.vault = vault_.get();
  Recovery recovery;
  if (is_kept) recovery = recover_tunnels(*vault_, claimed.sockets);
  vault::Arena& arena = vault_->arena();
  arena.set_workers(workers_.size());
  for (std::size_t i = 0; i < workers_.size(); ++i) workers_[i]->engine.move_into(arena, i);
  note_crashes_in(arena);
  if (is_kept) go_on_with(std::move(recovery));
  // An agent that is told everything anew lets go what did not arrive here.
  return is_kept && claimed.complaint.empty();
}

// Each worker has its share of the tunnels, as soon as it runs.
void Server::go_on_with(Recovery recovery) {
  auto summary = std::make_shared<Summary>();
  summary->tunnels = recovery.tunnels.size();
  summary->clients = recovery.clients.size();
  summary->closed = recovery.closed;
  std::vector<std::vector<RecoveredTunnel>> shares(workers_.size());
  for (std::size_t i = 0; i < recovery.tunnels.size(); ++i) {
    shares[i % shares.size()].push_back(std::move(recovery.tunnels[i]));
  }
  for (std::size_t i = 0; i < shares.size(); ++i) {
    boost::asio::post(workers_[i]->context, [service = service_, &worker = *workers_[i], summary,
                                             share = std::move(shares[i])]() mutable {
      resume_some(service, worker, std::move(share), std::move(summary));
    });
  }
  known_clients_ = std::move(recovery.clients);
}

// When the stick tables are what they were, since requests may ask them.
void Server::go_on_with_clients() {
  for (RecoveredClient& client : std::exchange(known_clients_, {})) {
    const vault::Slot slot = client.slot.slot();
    const auto facts = read_client_facts(vault_->arena().facts(slot), *service_);
    const bool http = facts && facts->frontend->section.mode == config::Mode::Http;
    if (!facts || (client.is_in ? !http : facts->bind == nullptr)) {
      cut(client);
      continue;
    }
    Worker& worker = **std::ranges::min_element(
        workers_, {}, [](const auto& each) { return each->connections.load(); });
    ++worker.connections;
    AcceptedClient accepted{.fd = client.socket,
                            .address = facts->client.value_or(peer_endpoint(client.socket)),
                            .lease = lease_again(*service_, *facts->frontend),
                            .service = service_,
                            .frontend = facts->frontend,
                            .bind = facts->bind,
                            .kept = KeptClient(std::move(client.slot)),
                            .admitted = std::nullopt};
    if (client.is_in) accepted.admitted = admitted_before(*facts, *service_, client);
    boost::asio::post(worker.context, [&worker, known = std::move(accepted)]() mutable {
      start_session(worker, std::move(known));
    });
  }
}

void Server::tell_listeners() {
  if (vault_) vault_->set_listeners(listeners_.kept());
}

// Once; a second SIGTERM ends everything.
bool Server::may_leave() const {
  return vault_ && agent_has_vault_ && agent_->is_agent_expected() && !process_.leaving &&
         !process_.draining;
}

// Who comes waits in the sockets' backlogs, idle clients in the vault. What is under way has a
// moment, and whoever is owed a Close a little more.
void Server::leave() {
  spdlog::info("leaving everything to {}",
               process_.returns ? "this program, started anew" : "a successor");
  process_.leaving = true;
  listeners_.rest();
  bid_farewell(http::kCloseServiceRestart, std::nullopt);
  leaves_at_ = std::chrono::steady_clock::now() + (owes_close() ? kCloseMax : kLastAnswers);
  leave_soon();
}

void Server::leave_soon() {
  const auto late = std::chrono::steady_clock::now() - leaves_at_;
  const bool is_done =
      (process_.under_way == 0 && process_.owed_closes == 0) || late >= base::Duration(0);
  // An agent that is being restarted at the same time gets everything first.
  const bool is_kept = vault_->is_told() || !agent_has_vault_ || !agent_->is_agent_expected();
  if (late >= kHandOverMax && !is_kept) {
    spdlog::error("vault: the agent does not take everything; open connections end now");
    return stop();
  }
  if (is_done && is_kept) {
    agent_->say_leaving();
    return stop();
  }
  drained_.expires_after(std::chrono::milliseconds(2));
  drained_.async_wait([this](const boost::system::error_code& error) {
    if (!error) leave_soon();
  });
}

}  // namespace wslb::proxy

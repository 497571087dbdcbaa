#include "proxy/established_tunnel.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <spdlog/spdlog.h>

#include "proxy/access_log.h"
#include "proxy/tunnel.h"
#include "proxy/tunnel_facts.h"

namespace wslb::proxy {
namespace {

class EstablishedTunnel : public TunnelOwner, public Movable {
 public:
  EstablishedTunnel(std::shared_ptr<Service> service, Worker& worker, Frontend& frontend,
                    ClientConnection& client, Slot slot, RequestRecord record, TunnelHolds holds)
      : service_(std::move(service)),
        worker_(worker),
        frontend_(&frontend),
        client_(client.address),
        lease_(std::move(client.lease)),
        slot_(std::move(slot)),
        record_(std::move(record)),
        tracked_(std::move(client.tracked)),
        holds_(std::move(holds)) {
    tracked_.become_tunnels();
    holds_.tracked.become_tunnels();
    for (StickHold& pin : holds_.pins) pin.become_tunnel();
    ++service_->process.tunnels;
    ++worker_.connections;  // besides the session's count, which ends with the session
  }

  // Of a process before this one. What it held it holds again once the tables are back.
  EstablishedTunnel(std::shared_ptr<Service> service, Worker& worker, ReadTunnelFacts facts)
      : service_(std::move(service)),
        worker_(worker),
        frontend_(facts.frontend),
        client_(facts.client),
        lease_(lease_again(*service_, *facts.frontend)),
        slot_(service_->find_pool(facts.record.pool->section().name)->occupy(*facts.record.server)),
        record_(std::move(facts.record)),
        wanted_(std::move(facts.holds)) {
    ++record_.pool->connections();
    ++service_->process.tunnels;
    ++worker_.connections;
  }

  ~EstablishedTunnel() override {
    --service_->process.tunnels;
    if (is_owed_close_) --service_->process.owed_closes;
    --worker_.connections;
  }

  // When the proxy stops, see WebSocketCare.
  void owe_close() {
    is_owed_close_ = true;
    ++service_->process.owed_closes;
  }

  void count_answer() { wslb::proxy::count_answer(*frontend_, record_); }

  // Before its first byte.
  void show_server_of(Tunnel& tunnel) {
    if (holds_.learner) tunnel.show_server(*holds_.learner);
  }

  // Once, before the engine has it.
  void list(Tunnel& tunnel) {
    listing_.emplace(worker_.sessions, OpenSession{.id = service_->process.next_session_id++,
                                                   .frontend = frontend_,
                                                   .client = client_,
                                                   .client_fd = tunnel.fd(Tunnel::Client),
                                                   .tunnel = &tunnel,
                                                   .record = &record_,
                                                   .movable = this,
                                                   .since = record_.opened});
    // The configuration may have changed since the request began.
    if (worker_.service != service_) move_to(worker_.service);
  }

  // A tunnel stays as it was made; what is counted, logged and looked up is the successor's.
  void move_to(const std::shared_ptr<Service>& service) override {
    ServerPool* const pool = service->find_pool(record_.pool->section().name);
    const auto server =
        pool == nullptr ? std::nullopt : pool->twin_of(*record_.pool, *record_.server);
    if (!server) return (*listing_)->cut();
    Frontend* const frontend = service->find_frontend(frontend_->section.name);
    if (frontend == nullptr) return;  // its server stays, so it stays
    slot_->move_to(*pool, *server);
    record_.pool = pool;
    record_.server = server;
    (*listing_)->frontend = frontend_ = frontend;
    service_ = service;
  }

  void hold_entries() override {
    for (const TunnelHoldKeys::Key& wanted : std::exchange(wanted_, {}).keys) {
      if (wanted.tracker > 2 * config::kTrackedMax) continue;
      auto hold = hold_again(service_->stick_tables, wanted, stick::Table::Holder::Tunnel);
      if (!hold) continue;
      if (wanted.tracker == 0) {
        holds_.pins.push_back(std::move(*hold));
        continue;
      }
      const std::size_t index = wanted.tracker - 1;
      TrackedEntries& all = index < config::kTrackedMax ? tracked_ : holds_.tracked;
      all.add(index % config::kTrackedMax, std::move(*hold));
    }
  }

  // Before its first byte and its listing. `received` and `sent`: by the client and the server so
  // far, of which so many bytes of each direction wait in this process. A tunnel that cannot be
  // kept ends with the process.
  struct SoFar {
    std::array<std::uint64_t, 2> received{};
    std::array<std::uint64_t, 2> sent{};
    std::array<std::size_t, 2> waiting{};
  };
  void keep(Tunnel& tunnel, const TunnelLimits& limits, const SoFar& so_far, KeptSlot kept) {
    if (!kept) return;
    const std::string facts = write_tunnel_facts(
        {frontend_->section.name, client_, limits, record_, tracked_, holds_.tracked, holds_.pins});
    const bool fits = facts.size() <= vault::Arena::kFactBytesMax &&
                      std::ranges::max(so_far.waiting) <= vault::kRoomBytes;
    if (!fits) return;
    const auto& [received, sent, waiting] = so_far;
    vault::Record& record = kept.arena().record(kept.slot());
    record.set_begin({received[Tunnel::Client] - waiting[Tunnel::Client],
                      received[Tunnel::Server] - waiting[Tunnel::Server]},
                     {sent[Tunnel::Server], sent[Tunnel::Client]});
    kept.arena().set_facts(kept.slot(), facts);
    tunnel.keep(std::move(kept), worker_.engine.resting_batch());
    record.state.store(vault::Record::Open, std::memory_order_release);
    tunnel.hold_in_vault();
  }

  void on_tunnel_end(const Tunnel& tunnel, TunnelEnd end) override {
    listing_.reset();  // its descriptors are closed and may be another's already
    record_.bytes_from_client += tunnel.received(Tunnel::Client);
    record_.bytes_from_server += tunnel.received(Tunnel::Server);
    switch (end) {
      case TunnelEnd::ClientClosed:
      case TunnelEnd::ServerClosed:
        break;
      case TunnelEnd::Timeout:
      case TunnelEnd::ClientSilent:
        record_.end('c', 'D');
        break;
      case TunnelEnd::ServerTimeout:
        record_.end('s', 'D');
        break;
      case TunnelEnd::Farewell:
        record_.end('K', 'D');
        break;
      case TunnelEnd::Untrusted:
        spdlog::error("vault: closing the tunnel of {}: what was kept of it does not fit together",
                      client_.to_string());
        record_.end('I', 'D');
        break;
      case TunnelEnd::ClientError:
        record_.end('C', 'D');
        break;
      case TunnelEnd::ServerError:
        record_.end('S', 'D');
        break;
    }
    --record_.pool->connections();
    slot_.reset();
    count_end(*frontend_, record_);
    StickCounters counters(service_->stick_tables, holds_.tracked, &tracked_);
    counters.count_bytes(record_.bytes_from_client, record_.bytes_from_server);
    record_.stick = &counters;
    const config::ProxySection& section = frontend_->section;
    const bool silent = section.mode == config::Mode::Tcp && section.options.dontlognull &&
                        tunnel.received(Tunnel::Client) == 0;
    if (silent) return;
    write_access_log(*service_, *frontend_, client_, record_);
  }

 private:
  std::shared_ptr<Service> service_;
  Worker& worker_;
  Frontend* frontend_;  // of the service
  base::Endpoint client_;
  ConnectionLease lease_;
  std::optional<Slot> slot_;
  RequestRecord record_;
  TrackedEntries tracked_;  // by the session
  TunnelHolds holds_;
  TunnelHoldKeys wanted_;  // entries that it held in a process before this one
  std::optional<SessionListing> listing_;
  bool is_owed_close_ = false;
};

// The backend's `timeout tunnel`, else the shorter of client and server: without it HAProxy keeps
// both running, and traffic either way renews both. A side whose peer has ended has its own alone,
// which `timeout client-fin` and `server-fin` replace.
TunnelLimits tunnel_limits(const config::Timeouts& client, const config::Timeouts& server) {
  constexpr base::Duration kNone = base::Duration::max();
  const base::Duration of_client = server.tunnel.value_or(client.client.value_or(kNone));
  const base::Duration of_server = server.tunnel.value_or(server.server.value_or(kNone));
  return {.client = of_client,
          .server = of_server,
          .client_fin = client.client_fin.value_or(of_client),
          .server_fin = server.server_fin.value_or(of_server)};
}

}  // namespace

void establish_tunnel(std::shared_ptr<Service> service, Worker& worker, Frontend& frontend,
                      std::unique_ptr<ClientConnection> client, ServerLink link,
                      RequestRecord record, TunnelHolds holds, std::string greeting) {
  record.stick = nullptr;  // that of the request, whose entries are the tunnel's now
  if (frontend.section.mode == config::Mode::Tcp) {
    write_access_log(*service, frontend, client->address, record, LogMoment::Early);
  }
  VaultLink* const vault = service->process.vault;
  const bool is_tcp = !link.connection->address.address.is_unspecified() &&
                      !client->destination.address.is_unspecified();
  const TunnelLimits timeouts =
      tunnel_limits(frontend.section.timeouts, record.pool->section().timeouts);
  auto owner = std::make_unique<EstablishedTunnel>(std::move(service), worker, frontend, *client,
                                                   std::move(*link.slot), std::move(record),
                                                   std::move(holds));
  auto client_tls = client->stream.release_tls();
  auto server_tls = link.connection->stream.release_tls();
  EstablishedTunnel& established = *owner;
  established.count_answer();
  Stream& to_server = link.connection->stream;
  EstablishedTunnel::SoFar so_far{.received = {client->stream.received(), to_server.received()},
                                  .sent = {client->stream.sent(), to_server.sent()}};
  auto tunnel = std::make_unique<Tunnel>(client->stream.release(), to_server.release(), timeouts,
                                         std::move(owner));
  if (vault != nullptr) tunnel->expect_duplicates();
  tunnel->encrypt(Tunnel::Client, std::move(client_tls));
  tunnel->encrypt(Tunnel::Server, std::move(server_tls));
  const config::ProxyOptions& options = frontend.section.options;
  if (frontend.section.mode == config::Mode::Http &&
      (options.websocket_close || options.websocket_ping)) {
    if (options.websocket_close) established.owe_close();
    tunnel->take_care(
        std::make_unique<WebSocketCare>(*tunnel, options.websocket_close, options.websocket_ping));
  }
  established.show_server_of(*tunnel);
  so_far.waiting = {client->input.view().size(),
                    greeting.size() + link.connection->input.view().size()};
  tunnel->greet(std::move(greeting));
  tunnel->preload(Tunnel::Client, client->input.take());
  tunnel->preload(Tunnel::Server, link.connection->input.take());
  KeptSlot kept = client->kept.take_slot();
  if (vault != nullptr && is_tcp && tunnel->is_plain()) {
    if (!kept) kept = vault->take_slot();
    established.keep(*tunnel, timeouts, so_far, std::move(kept));
  }
  established.list(*tunnel);
  worker.engine.adopt(std::move(tunnel));
}

bool resume_tunnel(const std::shared_ptr<Service>& service, Worker& worker,
                   RecoveredTunnel recovered) {
  auto facts = read_tunnel_facts(recovered.slot.arena().facts(recovered.slot.slot()), *service);
  if (!facts) {
    cut(recovered);
    return false;
  }
  const TunnelLimits limits = facts->limits;
  auto owner = std::make_unique<EstablishedTunnel>(service, worker, std::move(*facts));
  EstablishedTunnel& established = *owner;
  auto tunnel = std::make_unique<Tunnel>(recovered.sockets[0], recovered.sockets[1], limits,
                                         std::move(owner));
  tunnel->resume(std::move(recovered.slot));
  established.list(*tunnel);
  worker.engine.adopt(std::move(tunnel));
  return true;
}

}  // namespace wslb::proxy

#include "proxy/tcp_session.h"

#include <optional>
#include <utility>

#include "proxy/access_log.h"
#include "proxy/client_preamble.h"
#include "proxy/established_tunnel.h"
#include "proxy/http/rdp_cookie.h"
#include "proxy/lb/hash.h"
#include "proxy/live_state.h"
#include "proxy/routing.h"
#include "proxy/session.h"
#include "proxy/sticking.h"
#include "proxy/tcp_rule.h"

namespace wslb::proxy {

namespace asio = boost::asio;

namespace {

std::optional<std::uint32_t> balance_hash(const ServerPool& pool, const ClientConnection& client) {
  const config::ProxySection& backend = pool.section();
  using Algorithm = config::Balance::Algorithm;
  if (backend.balance.algorithm == Algorithm::Source) {
    return lb::hash_address(backend.hash_type, client.address.address);
  }
  if (backend.balance.algorithm != Algorithm::RdpCookie) return std::nullopt;
  const auto cookie = http::rdp_cookie(client.input.view(), backend.balance.name);
  return cookie ? std::optional(lb::hash_key(backend.hash_type, *cookie)) : std::nullopt;
}

// `persist rdp-cookie`
std::optional<std::size_t> server_of_rdp_cookie(const ServerPool& pool,
                                                const ClientConnection& client,
                                                Persistence persists) {
  const std::string& name = pool.section().persist_rdp_cookie;
  if (name.empty() || persists == Persistence::Ignored) return std::nullopt;
  const auto cookie = http::rdp_cookie(client.input.view(), name);
  const auto wanted = cookie ? http::rdp_server(*cookie) : std::nullopt;
  if (!wanted) return std::nullopt;
  for (std::size_t i = 0; i < pool.section().servers.size(); ++i) {
    const bool takes = pool.takes_named(i, persists == Persistence::Forced);
    if (pool.address(i) == *wanted && takes) return i;
  }
  return std::nullopt;
}

asio::awaitable<void> run(std::shared_ptr<Service> owner, Worker& worker, Frontend& frontend,
                          std::unique_ptr<ClientConnection> client) {
  Service& service = *owner;
  if (!co_await receive_preamble(service, frontend, *client)) co_return;
  RequestRecord record;
  std::optional<SessionListing> listing;
  listing.emplace(worker.sessions, OpenSession{.id = service.process.next_session_id++,
                                               .frontend = &frontend,
                                               .client = client->address,
                                               .client_fd = client->stream.fd(),
                                               .record = &record});
  record.destination = client->destination;
  record.tls = client->tls;
  if (!admits(service, frontend, *client)) co_return;
  TrackedEntries tracked;
  StickCounters counters(service.stick_tables, tracked, &client->tracked);
  record.stick = &counters;
  if (!co_await inspect(service, frontend, *client, counters)) {
    record.end('P', 'R');
    write_access_log(service, frontend, client->address, record);
    co_return;
  }
  const ServiceState live(service, frontend, nullptr);
  const http::Transaction now = about(*client, live, counters);
  ServerPool* const chosen = route(service, frontend, now);
  record.pool = chosen;
  if (chosen == nullptr) {
    record.end('S', 'C');
    count_end(frontend, record);
    write_access_log(service, frontend, client->address, record);
    co_return;
  }
  ServerPool& pool = *chosen;
  ++pool.connections();
  const ClientFacts facts = client_facts(*client, *service.tls);
  const Persistence persists = persistence(pool.section(), now);
  auto named = named_server(pool, now, persists);
  if (!named) named = server_of_rdp_cookie(pool, *client, persists);
  Sticking sticking(service.stick_tables, true);
  const bool forced = persists == Persistence::Forced;
  const auto stuck = sticking.match(pool, now, forced, named.has_value());
  if (stuck) named = stuck;
  const Preference preference{
      .named = named, .forced = forced, .hash = balance_hash(pool, *client)};
  ServerLink link = co_await connect_to_server(pool, preference, nullptr, facts, record);
  if (!link.slot) {
    --pool.connections();
    count_end(frontend, record);
    write_access_log(service, frontend, client->address, record);
    co_return;
  }
  listing.reset();
  sticking.store(pool, link.slot->server(), now);
  establish_tunnel(std::move(owner), worker, frontend, std::move(client), std::move(link),
                   std::move(record), {std::move(tracked), sticking.take_pins()});
}

}  // namespace

void start_tcp_session(Worker& worker, AcceptedClient accepted) {
  auto client = std::make_unique<ClientConnection>(worker.context.get_executor(), accepted.fd,
                                                   accepted.address, std::move(accepted.lease),
                                                   std::move(accepted.kept));
  client->bind = accepted.bind;
  spawn_session(worker, *accepted.frontend,
                run(accepted.service, worker, *accepted.frontend, std::move(client)));
}

}  // namespace wslb::proxy

#include "proxy/tcp_session.h"

#include <utility>

#include "proxy/access_log.h"
#include "proxy/client_preamble.h"
#include "proxy/established_tunnel.h"
#include "proxy/lb/hash.h"
#include "proxy/session.h"

namespace wslb::proxy {

namespace asio = boost::asio;

namespace {

std::optional<std::uint32_t> balance_hash(const ServerPool& pool, const ClientConnection& client) {
  const config::ProxySection& backend = pool.section();
  if (backend.balance.algorithm != config::Balance::Algorithm::Source) return std::nullopt;
  return lb::hash_address(backend.hash_type, client.address.address);
}

asio::awaitable<void> run(Service& service, Worker& worker, Frontend& frontend,
                          std::unique_ptr<ClientConnection> client) {
  if (!co_await receive_preamble(service, frontend, *client)) co_return;
  RequestRecord record;
  record.destination = client->destination;
  record.tls = client->tls;
  // No condition can be told before the first byte, so the first rule is for all.
  ServerPool* const chosen =
      frontend.use_backends.empty() ? frontend.default_backend : frontend.use_backends.front();
  record.pool = chosen;
  if (chosen == nullptr) {
    record.end('S', 'C');
    count_request(frontend, record);
    write_access_log(service, frontend, client->address, record);
    co_return;
  }
  ServerPool& pool = *chosen;
  ++pool.connections;
  const ClientFacts facts = client_facts(*client, *service.tls);
  ServerLink link = co_await connect_to_server(pool, {.hash = balance_hash(pool, *client)}, nullptr,
                                               facts, record);
  if (!link.slot) {
    --pool.connections;
    count_request(frontend, record);
    write_access_log(service, frontend, client->address, record);
    co_return;
  }
  establish_tunnel(service, worker, frontend, std::move(client), std::move(link),
                   std::move(record));
}

}  // namespace

void start_tcp_session(Service& service, Worker& worker, Frontend& frontend,
                       AcceptedClient accepted) {
  auto client = std::make_unique<ClientConnection>(adopt_socket(worker.context, accepted.fd),
                                                   accepted.address, std::move(accepted.lease));
  client->bind = accepted.bind;
  spawn_session(worker, frontend, run(service, worker, frontend, std::move(client)));
}

}  // namespace wslb::proxy

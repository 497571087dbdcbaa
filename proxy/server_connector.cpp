#include "proxy/server_connector.h"

#include <variant>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sys/socket.h>

#include "base/overloaded.h"
#include "proxy/lb/retry.h"
#include "proxy/server_preamble.h"
#include "proxy/turn_time.h"

namespace wslb::proxy {

namespace asio = boost::asio;

namespace {

bool leads_to(const ServerConnection* idle, const ServerPool& pool, std::size_t server,
              const std::string& sni) {
  return idle != nullptr && idle->pool == &pool && idle->server == server && idle->sni == sni &&
         idle->address == pool.address(server);
}

// The name that a server is asked for. A port behind it, as in a Host field, is no part of it.
std::string sni_for(const config::Server& server, const ClientFacts& client) {
  using Kind = config::SniSource::Kind;
  const config::SniSource& source = server.tls.sni;
  if (!server.tls.enabled || source.kind == Kind::None) return {};
  if (source.kind == Kind::Literal) return source.text;
  if (source.kind == Kind::ClientSni) return client.sni;
  const auto value = client.fields == nullptr ? std::nullopt : client.fields->find(source.text);
  return value ? std::string(value->substr(0, value->find(':'))) : std::string();
}

class Attempts {
 public:
  Attempts(ServerPool& pool, const Preference& preference, const ClientFacts& client,
           RequestRecord& record)
      : pool_(pool),
        section_(pool.section()),
        preference_(preference),
        avoid_(preference.avoid),
        client_(client),
        record_(record) {}

  asio::awaitable<ServerLink> run(std::unique_ptr<ServerConnection> idle) {
    const auto& timeouts = section_.timeouts;
    const base::TimePoint queue_deadline =
        deadline_after(timeouts.queue ? timeouts.queue : timeouts.connect);
    if (!record_.dequeued) count_assigned(pool_);
    for (;;) {
      ServerPool::Outcome outcome = pool_.ask({.cookie = preference_.cookie,
                                               .named = preference_.named,
                                               .forced = preference_.forced,
                                               .avoid = avoid_,
                                               .prefer = preference_.prefer,
                                               .hash = preference_.hash},
                                              co_await asio::this_coro::executor);
      if (outcome.waiter) {
        outcome = co_await pool_.wait(std::move(outcome.waiter), queue_deadline);
      }
      using Refusal = ServerPool::Refusal;
      if (outcome.slot || outcome.refusal == Refusal::Timeout) {
        record_.dequeued = TurnTime::now();
      }
      if (!outcome.slot) {
        record_.end(outcome.refusal == Refusal::Timeout ? 's' : 'S',
                    outcome.refusal == Refusal::NoServer ? 'C' : 'Q');
        co_return ServerLink{};
      }
      Slot slot = std::move(*outcome.slot);
      record_.server = slot.server();
      record_.load = outcome.load;
      if (!slot.by_cookie()) count_balanced(pool_, slot.server());
      const std::string sni = sni_for(section_.servers[slot.server()], client_);
      if (leads_to(idle.get(), pool_, slot.server(), sni) && is_quiet(*idle)) {
        record_.connected = TurnTime::now();
        record_.source = idle->source;
        idle->reused = true;
        count_attempt(pool_, slot.server(), Attempt::Reuse);
        count_reached(pool_, slot.server());
        co_return ServerLink{std::move(slot), std::move(idle)};
      }
      idle.reset();
      auto connection = co_await try_server(slot);
      if (connection) co_return ServerLink{std::move(slot), std::move(connection)};
      if (gave_up_) co_return ServerLink{};
    }
  }

 private:
  // Connects, again and again to the same server as the policy says. Nothing: to be balanced anew,
  // or given up.
  asio::awaitable<std::unique_ptr<ServerConnection>> try_server(const Slot& slot) {
    const config::Server& server = section_.servers[slot.server()];
    for (;;) {
      const base::Endpoint at = pool_.address(slot.server());
      const SocketAddress address = pool_.socket_address(slot.server());
      const auto socket = open_socket(address, server);
      if (socket) {
        auto connection =
            std::make_unique<ServerConnection>(co_await asio::this_coro::executor, *socket);
        connection->sni = sni_for(server, client_);
        const int one = 1;
        if (section_.options.tcpka || section_.options.srvtcpka) {
          ::setsockopt(connection->stream.fd(), SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
        }
        count_attempt(pool_, slot.server(), Attempt::Connect);
        const IoResult result = co_await reach(*connection, server, address);
        if (result.ok()) {
          pool_.observe(slot.server(), lb::Observation::Connected);
          record_.connected = TurnTime::now();
          record_.source = connection->source = connection->stream.local_endpoint();
          count_reached(pool_, slot.server());
          connection->pool = &pool_;
          connection->server = slot.server();
          connection->address = at;
          co_return connection;
        }
        pool_.observe(slot.server(), lb::Observation::ConnectFailed);
        record_.end(result.status == IoStatus::Timeout ? 's' : 'S', 'C');
      } else {
        record_.end('R', 'C');
      }
      if (!co_await may_retry_same(slot)) co_return nullptr;
    }
  }

  // What is not sent twice must not meet a server's end that is there already.
  [[nodiscard]] bool is_quiet(ServerConnection& idle) const {
    return (preference_.repeatable && idle.stream.seems_quiet()) || idle.stream.is_quiet();
  }

  // Null: the kernel chooses.
  const base::Endpoint* next_source(const config::Server& server) {
    if (server.sources.empty()) return nullptr;
    return &server.sources[pool_.next_turn() % server.sources.size()];
  }

  // All that `timeout connect` limits.
  asio::awaitable<IoResult> reach(ServerConnection& connection, const config::Server& server,
                                  const SocketAddress& address) {
    Stream& stream = connection.stream;
    const base::TimePoint deadline = deadline_after(section_.timeouts.connect);
    const IoResult connected = co_await stream.connect(address, next_source(server), deadline);
    if (!connected.ok()) co_return connected;
    ServerPreamble preamble;
    preamble.send_proxy = server.send_proxy;
    preamble.addresses = client_.addresses;
    preamble.sni = connection.sni;
    if (server.tls.enabled) preamble.tls = client_.tls->find(server);
    co_return co_await send_preamble(stream, preamble, deadline);
  }

  asio::awaitable<bool> may_retry_same(const Slot& slot) {
    const lb::RetryVerdict verdict =
        lb::after_connect_failure(section_, {.failures = static_cast<int>(record_.retries) + 1,
                                             .by_cookie = slot.by_cookie(),
                                             .usable_servers = pool_.usable_servers(),
                                             .server_usable = pool_.is_usable(slot.server()),
                                             .forced = preference_.forced,
                                             .timed_out = record_.termination.cause == 's'});
    bool same = false;
    base::Duration delay{0};
    std::visit(base::Overloaded{[&](const lb::RetrySame& retry) {
                                  same = true;
                                  delay = retry.delay;
                                },
                                [&](const lb::Redispatch& redispatch) {
                                  delay = redispatch.delay;
                                  preference_.cookie.reset();
                                  preference_.named.reset();
                                  preference_.prefer.reset();
                                  avoid_ = slot.server();
                                  record_.redispatched = true;
                                },
                                [&](const lb::GiveUp&) { gave_up_ = true; }},
               verdict);
    if (gave_up_) co_return false;
    ++record_.retries;
    record_.end('-', '-');
    if (delay > base::Duration::zero()) {
      asio::steady_timer timer(co_await asio::this_coro::executor, delay);
      co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_return same;
  }

  ServerPool& pool_;
  const config::ProxySection& section_;
  Preference preference_;
  std::optional<std::size_t> avoid_;
  const ClientFacts& client_;
  RequestRecord& record_;
  bool gave_up_ = false;
};

}  // namespace

ClientFacts client_facts(const ClientConnection& client, const TlsStore& tls,
                         const http::Fields* fields) {
  ClientFacts facts;
  facts.tls = &tls;
  facts.fields = fields;
  if (client.tls) facts.sni = client.tls->sni;
  const bool unix_socket = client.address.address.is_unspecified();
  if (!unix_socket) facts.addresses = {client.address, client.destination};
  return facts;
}

asio::awaitable<ServerLink> connect_to_server(ServerPool& pool, const Preference& preference,
                                              std::unique_ptr<ServerConnection> idle,
                                              const ClientFacts& client, RequestRecord& record) {
  Attempts attempts(pool, preference, client, record);
  co_return co_await attempts.run(std::move(idle));
}

}  // namespace wslb::proxy

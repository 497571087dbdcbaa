#include "proxy/server_connector.h"

#include <variant>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/overloaded.h"
#include "proxy/lb/retry.h"
#include "proxy/server_preamble.h"

namespace wslb::proxy {

namespace asio = boost::asio;

namespace {

// A non-blocking socket of the address's family, or nothing when descriptors ran out.
std::unique_ptr<ServerConnection> open_connection(const asio::any_io_executor& executor,
                                                  const config::Server& server) {
  const bool v4 = server.address.address.is_v4();
  const int fd = ::socket(v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return nullptr;
  const int one = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  asio::ip::tcp::socket socket(executor);
  boost::system::error_code error;
  socket.assign(v4 ? asio::ip::tcp::v4() : asio::ip::tcp::v6(), fd, error);
  if (error) {
    ::close(fd);
    return nullptr;
  }
  return std::make_unique<ServerConnection>(std::move(socket));
}

bool leads_to(const ServerConnection* idle, const ServerPool& pool, std::size_t server) {
  return idle != nullptr && idle->pool == &pool && idle->server == server;
}

class Attempts {
 public:
  Attempts(ServerPool& pool, const Preference& preference, const ClientFacts& client,
           RequestRecord& record)
      : pool_(pool),
        section_(pool.section()),
        preference_(preference),
        client_(client),
        record_(record) {}

  asio::awaitable<ServerLink> run(std::unique_ptr<ServerConnection> idle) {
    const auto& timeouts = section_.timeouts;
    const base::TimePoint queue_deadline =
        deadline_after(timeouts.queue ? timeouts.queue : timeouts.connect);
    for (;;) {
      ServerPool::Outcome outcome = co_await pool_.acquire(
          {.cookie = preference_.cookie, .avoid = avoid_, .hash = preference_.hash},
          queue_deadline);
      record_.dequeued = std::chrono::steady_clock::now();
      if (!outcome.slot) {
        using Refusal = ServerPool::Refusal;
        record_.end(outcome.refusal == Refusal::Timeout ? 's' : 'S',
                    outcome.refusal == Refusal::NoServer ? 'C' : 'Q');
        co_return ServerLink{};
      }
      Slot slot = std::move(*outcome.slot);
      record_.server = slot.server();
      record_.load = pool_.load(slot.server());
      if (leads_to(idle.get(), pool_, slot.server()) && idle->stream.is_quiet()) {
        record_.connected = std::chrono::steady_clock::now();
        idle->reused = true;
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
      auto connection = open_connection(co_await asio::this_coro::executor, server);
      if (connection) {
        const IoResult result = co_await reach(connection->stream, server);
        if (result.ok()) {
          record_.connected = std::chrono::steady_clock::now();
          connection->pool = &pool_;
          connection->server = slot.server();
          co_return connection;
        }
        record_.end(result.status == IoStatus::Timeout ? 's' : 'S', 'C');
      } else {
        record_.end('R', 'C');
      }
      if (!co_await may_retry_same(slot)) co_return nullptr;
    }
  }

  // All that `timeout connect` limits.
  asio::awaitable<IoResult> reach(Stream& stream, const config::Server& server) {
    const base::TimePoint deadline = deadline_after(section_.timeouts.connect);
    const IoResult connected = co_await stream.connect(
        server.address, server.source ? &*server.source : nullptr, deadline);
    if (!connected.ok()) co_return connected;
    co_return co_await send_preamble(stream, {server.send_proxy, client_.addresses}, deadline);
  }

  asio::awaitable<bool> may_retry_same(const Slot& slot) {
    const lb::RetryVerdict verdict =
        lb::after_connect_failure(section_, {.failures = static_cast<int>(record_.retries) + 1,
                                             .by_cookie = slot.by_cookie(),
                                             .usable_servers = pool_.usable_servers(),
                                             .server_usable = pool_.is_usable(slot.server()),
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

ClientFacts client_facts(const ClientConnection& client) {
  return {http::ProxyAddresses{client.address, client.destination}};
}

asio::awaitable<ServerLink> connect_to_server(ServerPool& pool, const Preference& preference,
                                              std::unique_ptr<ServerConnection> idle,
                                              const ClientFacts& client, RequestRecord& record) {
  Attempts attempts(pool, preference, client, record);
  co_return co_await attempts.run(std::move(idle));
}

}  // namespace wslb::proxy

// The servers of one backend as all worker threads share them: lb::Backend under a mutex, and the
// sessions that wait for a slot. A session asks with acquire() and holds the returned Slot while
// its request or tunnel uses the server; destroying the Slot wakes up who waited the longest.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/time.h"
#include "config/proxy_section.h"
#include "proxy/lb/backend.h"
#include "proxy/lb/server_health.h"
#include "proxy/pool_family.h"
#include "proxy/socket_address.h"
#include "proxy/statistics.h"

namespace wslb::proxy {

class ServerPool;

// One unit of a server's maxconn. Move-only.
class Slot {
 public:
  Slot(ServerPool& pool, std::size_t server, bool by_cookie)
      : pool_(&pool), server_(server), by_cookie_(by_cookie) {}
  Slot(Slot&& other) noexcept
      : pool_(std::exchange(other.pool_, nullptr)),
        server_(other.server_),
        by_cookie_(other.by_cookie_) {}
  Slot& operator=(Slot&& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(server_, other.server_);
    std::swap(by_cookie_, other.by_cookie_);
    return *this;
  }
  ~Slot();

  // To the same server as another pool of the family numbers it.
  void move_to(ServerPool& pool, std::size_t server) {
    pool_ = &pool;
    server_ = server;
  }

  [[nodiscard]] std::size_t server() const { return server_; }
  // False: the client has no (valid) cookie of this server and must be given one.
  [[nodiscard]] bool by_cookie() const { return by_cookie_; }

 private:
  ServerPool* pool_;
  std::size_t server_;
  bool by_cookie_;
};

class ServerPool {
 public:
  enum class Refusal : std::uint8_t { NoServer, Timeout, QueueFull };

  // What a log line tells about a slot's surroundings.
  struct Load {
    std::size_t served = 0;  // by that server
    std::size_t server_queue = 0;
    std::size_t backend_queue = 0;
  };

  struct Waiter;
  struct Outcome {
    std::optional<Slot> slot;
    Refusal refusal = Refusal::NoServer;       // where there is no slot
    bool waited = false;                       // in a queue
    Load load = {};                            // of the slot's server
    std::shared_ptr<Waiter> waiter = nullptr;  // of who must wait: for wait()
  };

  // `fullconn`: that of the section, or what stands for it. `before`: the backend's pool so far,
  // of whose family it is and with whose servers it goes on.
  explicit ServerPool(const config::ProxySection& section, std::uint32_t fullconn = 0,
                      const ServerPool* before = nullptr);
  ServerPool(const ServerPool&) = delete;
  ~ServerPool();

  // The number here of a server of a pool of the same family; nothing: it has gone.
  [[nodiscard]] std::optional<std::size_t> twin_of(const ServerPool& other,
                                                   std::size_t server) const {
    return find(*other.servers_[server]);
  }
  // Who it is, whatever its number.
  [[nodiscard]] const std::shared_ptr<SharedServer>& identity(std::size_t server) const {
    return servers_[server];
  }

  // Waits on the caller's executor until `deadline` where every fitting server is full.
  // The ask's ticket is the pool's business.
  boost::asio::awaitable<Outcome> acquire(lb::Ask ask, base::TimePoint deadline);
  // Its two halves.
  Outcome ask(lb::Ask ask, const boost::asio::any_io_executor& executor);
  boost::asio::awaitable<Outcome> wait(std::shared_ptr<Waiter> waiter, base::TimePoint deadline);

  // For a tunnel that has its server already; counts for every limit, and waits for none.
  [[nodiscard]] Slot occupy(std::size_t server);

  // What a server's change of state found, for the log.
  struct Shift {
    lb::Backend::Usable before;
    lb::Backend::Usable after;
    lb::State from = lb::State::Up;
    std::size_t sessions = 0;
    std::size_t requeued = 0;
    std::size_t queued = 0;  // those who go on waiting for that server
  };
  // Nothing where it changes nothing, or the operator has the server in maintenance.
  std::optional<Shift> set_operation(std::size_t server, lb::Operation operation);
  // DNS has no address for it (any more), or has one again, which set_address() told before.
  std::optional<Shift> set_unresolved(std::size_t server, bool unresolved);
  // The host that an SRV record names; empty: none does.
  void set_host(std::size_t server, const std::string& host);
  [[nodiscard]] std::string host(std::size_t server) const;

  // What an operator changes while it runs.
  void set_admin(std::size_t server, lb::Admin admin);
  void set_weight(std::size_t server, int weight);
  void set_maxconn(std::size_t server, std::uint32_t maxconn);
  void set_address(std::size_t server, const base::Endpoint& address);
  // Requests and tunnels that the cluster's other hosts have with it.
  void set_elsewhere(std::size_t server, std::uint32_t slots);
  [[nodiscard]] base::Endpoint address(std::size_t server) const;
  [[nodiscard]] SocketAddress socket_address(std::size_t server) const;
  [[nodiscard]] bool takes_any_weight() const { return backend_.takes_any_weight(); }
  [[nodiscard]] bool takes_weight(std::size_t server, int weight) const {
    return takes_any_weight() || weight == 0 || weight == section_.servers[server].weight;
  }

  // Grows by one each time: which of a server's `source` addresses is next.
  [[nodiscard]] std::size_t next_turn() { return turns_.fetch_add(1, std::memory_order_relaxed); }

  using Checked = ServerFindings;
  void note_check(std::size_t server, const lb::CheckResult& result, int points);
  void note_points(std::size_t server, int points);
  void note_checks(std::size_t server, bool on);
  // It is checked, and no operator wants it otherwise.
  [[nodiscard]] bool is_checked(std::size_t server) const;
  [[nodiscard]] Checked checked(std::size_t server) const;

  [[nodiscard]] lb::ServerState state(std::size_t server) const;
  void read_served(std::vector<std::uint32_t>& all) const;  // of every server
  [[nodiscard]] std::size_t queued() const;                 // for any server
  [[nodiscard]] std::size_t queued_most() const;
  [[nodiscard]] std::uint32_t fullconn() const { return fullconn_; }
  [[nodiscard]] Statistics& statistics() const { return family_->statistics; }
  [[nodiscard]] Statistics& statistics(std::size_t server) const {
    return servers_[server]->statistics;
  }
  void clear_statistics(bool all);  // else the peaks alone

  [[nodiscard]] lb::CookieVerdict verdict_on_cookie(std::string_view value, bool forced) const;
  [[nodiscard]] bool takes_named(std::size_t server, bool forced) const;
  [[nodiscard]] std::size_t usable_servers() const;
  [[nodiscard]] bool is_usable(std::size_t server) const;
  [[nodiscard]] Load load(std::size_t server) const;
  [[nodiscard]] const config::ProxySection& section() const { return section_; }

  // Tells what came of a connection to a server, where `observe` wants to know. From any thread.
  void observe(std::size_t server, lb::Observation observation) const {
    const bool wanted = section_.servers[server].observe.mode != config::ObserveParams::Mode::Off;
    if (wanted && on_observation) on_observation(server, observation);
  }
  std::function<void(std::size_t server, lb::Observation)> on_observation;  // set before threads

  // Requests and tunnels that use or wait for this backend now: `beconn` in a log line.
  [[nodiscard]] std::atomic<std::uint32_t>& connections() const { return family_->connections; }

 private:
  friend class Slot;

  template <typename Change>
  Shift shift(std::size_t server, bool serves, const Change& change);

  void release(std::size_t server);
  [[nodiscard]] Load load_now(std::size_t server) const;
  void deliver(const lb::Redistribution& redistribution);
  void adopt(std::size_t server, const ServerPool* before);
  [[nodiscard]] std::optional<std::size_t> find(const SharedServer& server) const;
  // Those of the family, this one left out, that have the server; with the mutex held.
  template <typename Action>
  void tell_others(std::size_t server, Action action);

  const config::ProxySection& section_;
  std::atomic<std::size_t> turns_{0};
  std::uint32_t fullconn_;
  std::shared_ptr<PoolFamily> family_;
  std::vector<std::shared_ptr<SharedServer>> servers_;  // beside section_.servers
  std::unordered_map<const SharedServer*, std::size_t> numbers_;
  std::mutex& mutex_ = family_->mutex;  // guards all that follows
  lb::Backend backend_;
  lb::Ticket next_ticket_ = 1;
  std::unordered_map<lb::Ticket, std::shared_ptr<Waiter>> waiters_;
};

template <typename Action>
void ServerPool::tell_others(std::size_t server, Action action) {
  for (ServerPool* const pool : family_->pools) {
    if (pool == this) continue;
    if (const auto number = pool->find(*servers_[server])) action(*pool, *number);
  }
}

}  // namespace wslb::proxy

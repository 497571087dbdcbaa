// One backend: which server gets the next request, and who waits for a slot.
//
// A caller asks with assign(). `Assigned` means that it holds a slot of that server and must give
// it back with exactly one release(), whatever becomes of the connection. `Queued` means that its
// ticket will appear once, in a later Grant (it holds the slot then) or among `refused`, unless
// it calls cancel() first, as it does when `timeout queue` has passed.
// Slots, queues, cookies, backups and states follow HAProxy 2.6.
//
// Time matters to `slowstart` alone: advance() tells it, before assign() and whenever.
//
// Not thread-safe: the shell holds one mutex around each Backend. It never looks at a clock or a
// socket. The configuration must outlive it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.h"
#include "config/proxy_section.h"
#include "proxy/lb/first_free.h"
#include "proxy/lb/hash_ring.h"
#include "proxy/lb/least_conn.h"
#include "proxy/lb/round_robin.h"
#include "proxy/lb/server_map.h"
#include "proxy/lb/server_state.h"
#include "proxy/lb/wait_queues.h"

namespace wslb::proxy::lb {

struct Ask {
  Ticket ticket = 0;  // chosen by the caller; unique among those that wait in this backend
  // The server's name in the client's cookie. Left out when a connect failed and the retry policy
  // said Redispatch.
  std::optional<std::string_view> cookie = std::nullopt;
  // A server that a rule named: as if a cookie did.
  std::optional<std::size_t> named = std::nullopt;
  bool forced = false;  // the server so named is taken even if it is down
  std::optional<std::size_t> avoid = std::nullopt;  // taken only where no other server can
  // Taken if it is usable and has a free slot, whatever the balancing says.
  std::optional<std::size_t> prefer = std::nullopt;
  // Of the request's key (hash.h), where the backend balances by one and the request has it.
  std::optional<std::uint32_t> hash = std::nullopt;
};

struct Assigned {
  std::size_t server = 0;  // index into ProxySection::servers
  bool by_cookie = false;  // false: an insert cookie must be set anew
};
struct Queued {};
struct NoServer {};   // answer 503
struct QueueFull {};  // `maxqueue`: answer 503
using Assignment = std::variant<Assigned, Queued, NoServer, QueueFull>;

// A ticket that waited and now holds a slot of `server`.
struct Grant {
  Ticket ticket = 0;
  std::size_t server = 0;
  bool by_cookie = false;
};

// What a server's change of state means for those who wait.
struct Redistribution {
  std::vector<Grant> granted;
  std::vector<Ticket> refused;  // no server is left for them: answer 503
};

// What a cookie that names a server is worth. Down: that server takes nobody now; Forced: nor does
// it, but it is taken all the same.
enum class CookieVerdict : std::uint8_t { Unknown, Down, Usable, Forced };

class Backend {
 public:
  // Servers begin up, as in HAProxy, `disabled` ones in maintenance.
  // `fullconn`: in effect; 0 where no server has a `minconn`. `seed`: of `balance random`.
  explicit Backend(const config::ProxySection& section, std::uint32_t fullconn = 0,
                   std::uint32_t seed = 1);

  // Lets servers that start slowly grow. Those who waited may get a slot by it.
  [[nodiscard]] std::vector<Grant> advance(base::TimePoint now);

  [[nodiscard]] Assignment assign(const Ask& ask);

  // Gives a slot back; it goes to the older of the heads of the server's and the backend's queue.
  [[nodiscard]] std::vector<Grant> release(std::size_t server);

  // Takes a ticket out of its queue. False: it does not wait here (any more); if it was granted,
  // the slot must be released.
  bool cancel(Ticket ticket);

  // The checks' verdict. With `option redispatch` those who wait for a server that goes down are
  // balanced anew; without it they go on waiting and try it when their turn comes.
  [[nodiscard]] Redistribution set_operation(std::size_t server, Operation operation);
  [[nodiscard]] Redistribution set_health(std::size_t server, bool healthy) {
    return set_operation(server, healthy ? Operation::Running : Operation::Stopped);
  }

  // The operator's will. A server that leaves maintenance counts as healthy until checked.
  [[nodiscard]] Redistribution set_admin(std::size_t server, Admin admin);

  // DNS has no address for the server's name (any more), or has one again; it counts as healthy
  // then until checked.
  [[nodiscard]] Redistribution set_unresolved(std::size_t server, bool unresolved);

  // At run time. Weights 0 .. 256; a map-based backend takes only 0 and the configured one.
  [[nodiscard]] Redistribution set_weight(std::size_t server, int weight);
  [[nodiscard]] bool takes_any_weight() const {
    return !std::holds_alternative<ServerMap>(balancer_);
  }
  [[nodiscard]] std::vector<Grant> set_maxconn(std::size_t server, std::uint32_t maxconn);

  // At the begin: goes on with what was known of the same server under another configuration.
  // `then`: what that said of it; where this one says something else, this one counts.
  void go_on(std::size_t server, const ServerState& before, const config::Server& then);
  // A slot was taken past this backend, by who answers to another configuration. It comes back by
  // release().
  void occupy(std::size_t server);

  // Slots that the cluster's other hosts use: they count where the least loaded server is sought,
  // and for no limit.
  void set_elsewhere(std::size_t server, std::uint32_t slots);

  void forget_peaks();

  [[nodiscard]] CookieVerdict verdict_on_cookie(std::string_view value, bool forced = false) const;
  // Whether a client may be sent there by a rule that names the server.
  [[nodiscard]] bool takes_named(std::size_t server, bool forced) const {
    return forced || section_.options.persist || servers_.at(server).takes_cookie_clients();
  }

  // Servers that could take new clients, those that do their best and the backups.
  struct Usable {
    std::size_t active = 0;
    std::size_t backup = 0;
  };
  [[nodiscard]] Usable count_usable() const;
  // Servers that a request without cookie may go to at present; 0: it would get NoServer.
  [[nodiscard]] std::size_t usable_servers() const;
  [[nodiscard]] bool is_usable(std::size_t server) const { return servers_.at(server).share > 0; }

  [[nodiscard]] std::size_t size() const { return servers_.size(); }
  [[nodiscard]] const ServerState& server(std::size_t index) const { return servers_.at(index); }
  // Waiting for any server, besides those who wait for one (ServerState::queued).
  [[nodiscard]] std::size_t queued() const { return queues_.any_size(); }
  [[nodiscard]] std::size_t queued_most() const { return queued_most_; }

 private:
  using Balancer = std::variant<RoundRobin, LeastConn, ServerMap, HashRing, FirstFree>;

  [[nodiscard]] static Balancer balancer_of(const config::ProxySection& section);
  [[nodiscard]] Assignment take_or_wait(const Ask& ask, std::size_t server, bool by_cookie);
  [[nodiscard]] std::optional<std::size_t> server_of_hash(std::uint32_t hash,
                                                          std::optional<std::size_t> avoid) const;
  [[nodiscard]] std::optional<std::size_t> draw(std::optional<std::size_t> avoid);
  [[nodiscard]] bool is_below_average(std::size_t server) const;
  [[nodiscard]] std::uint32_t limit_of(std::size_t server) const;
  [[nodiscard]] std::uint32_t share_of(std::size_t server, bool belongs) const;
  [[nodiscard]] std::optional<std::size_t> server_of_cookie(std::string_view value,
                                                            bool forced) const;
  [[nodiscard]] std::optional<std::size_t> pick(std::optional<std::size_t> avoid);
  [[nodiscard]] std::optional<std::size_t> next(const HashRing::Takes& takes);
  [[nodiscard]] bool has_free_slot(std::size_t server) const;
  [[nodiscard]] bool takes_new(std::size_t server) const;
  void take_slot(std::size_t server);
  void load_changed(std::size_t server);

  void update_pool();
  [[nodiscard]] bool belongs_to_pool(std::size_t server, bool use_backups) const;
  [[nodiscard]] Redistribution state_changed(std::size_t server, State before);
  void give_anew(std::size_t server, Redistribution& result);
  void fill_server(std::size_t server, std::vector<Grant>& granted);
  void fill_pool(std::vector<Grant>& granted);

  const config::ProxySection& section_;
  std::uint32_t fullconn_;
  std::vector<ServerState> servers_;
  Balancer balancer_;
  std::minstd_rand random_;
  base::TimePoint now_{};
  bool starting_ = false;        // a server starts slowly
  std::uint32_t in_flight_ = 0;  // slots of all servers
  WaitQueues queues_;
  std::size_t queued_most_ = 0;
};

}  // namespace wslb::proxy::lb

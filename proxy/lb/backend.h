// One backend: which server gets the next request, and who waits for a slot.
//
// A caller asks with assign(). `Assigned` means that it holds a slot of that server and must give
// it back with exactly one release(), whatever becomes of the connection. `Queued` means that its
// ticket will appear once, in a later Grant (it holds the slot then) or among `refused`, unless
// it calls cancel() first, as it does when `timeout queue` has passed.
// Slots, queues, cookies, backups and states follow HAProxy 2.6.
//
// Not thread-safe: the shell holds one mutex around each Backend. It never looks at a clock or a
// socket. The configuration must outlive it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "config/proxy_section.h"
#include "proxy/lb/least_conn.h"
#include "proxy/lb/round_robin.h"
#include "proxy/lb/server_state.h"
#include "proxy/lb/wait_queues.h"

namespace wslb::proxy::lb {

struct Ask {
  Ticket ticket = 0;  // chosen by the caller; unique among those that wait in this backend
  // The server's name in the client's cookie. Left out when a connect failed and the retry policy
  // said Redispatch.
  std::optional<std::string_view> cookie = std::nullopt;
  std::optional<std::size_t> avoid = std::nullopt;  // taken only where no other server can
};

struct Assigned {
  std::size_t server = 0;  // index into ProxySection::servers
  bool by_cookie = false;  // false: an insert cookie must be set anew
};
struct Queued {};
struct NoServer {};  // answer 503
using Assignment = std::variant<Assigned, Queued, NoServer>;

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

class Backend {
 public:
  // Servers begin up, as in HAProxy, `disabled` ones in maintenance.
  explicit Backend(const config::ProxySection& section);

  [[nodiscard]] Assignment assign(const Ask& ask);

  // Gives a slot back; it goes to the older of the heads of the server's and the backend's queue.
  [[nodiscard]] std::vector<Grant> release(std::size_t server);

  // Takes a ticket out of its queue. False: it does not wait here (any more); if it was granted,
  // the slot must be released.
  bool cancel(Ticket ticket);

  // The checks' verdict. With `option redispatch` those who wait for a server that goes down are
  // balanced anew; without it they go on waiting and try it when their turn comes.
  [[nodiscard]] Redistribution set_health(std::size_t server, bool healthy);

  // The operator's will. A server that leaves maintenance counts as healthy until checked.
  [[nodiscard]] Redistribution set_admin(std::size_t server, Admin admin);

  // Servers that a request without cookie may go to at present; 0: it would get NoServer.
  [[nodiscard]] std::size_t usable_servers() const;
  [[nodiscard]] bool is_usable(std::size_t server) const { return in_pool_.at(server); }

  [[nodiscard]] std::size_t size() const { return servers_.size(); }
  [[nodiscard]] const ServerState& server(std::size_t index) const { return servers_.at(index); }
  // Waiting for any server, besides those who wait for one (ServerState::queued).
  [[nodiscard]] std::size_t queued() const { return queues_.any_size(); }

 private:
  using Balancer = std::variant<RoundRobin, LeastConn>;

  [[nodiscard]] std::optional<std::size_t> server_of_cookie(std::string_view value) const;
  [[nodiscard]] std::optional<std::size_t> pick(std::optional<std::size_t> avoid);
  [[nodiscard]] bool has_free_slot(std::size_t server) const;
  void take_slot(std::size_t server);
  void load_changed(std::size_t server);

  void update_pool();
  [[nodiscard]] bool belongs_to_pool(std::size_t server, bool use_backups) const;
  [[nodiscard]] Redistribution state_changed(std::size_t server, State before);
  void fill_server(std::size_t server, std::vector<Grant>& granted);
  void fill_pool(std::vector<Grant>& granted);

  const config::ProxySection& section_;
  std::vector<ServerState> servers_;
  std::vector<bool> in_pool_;  // takes requests without cookie
  Balancer balancer_;
  WaitQueues queues_;
};

}  // namespace wslb::proxy::lb

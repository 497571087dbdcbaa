// Accepts the clients of one listening socket and hands each to the worker with the fewest
// connections. All listeners live on the first worker's loop; accepting is a small part of a
// connection's life, and one place that sees all workers shares the load better than the kernel's
// hashing. A reload gives the same socket to the next configuration, so nobody is refused.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/ip_address.h"
#include "proxy/connection_gate.h"
#include "proxy/kept_client.h"
#include "proxy/service.h"
#include "proxy/stick_counters.h"
#include "proxy/worker.h"

namespace wslb::proxy {

// A connection on its way from the listener to its session.
struct AcceptedClient {
  int fd = -1;
  base::Endpoint address;
  ConnectionLease lease;
  std::shared_ptr<Service> service;
  Frontend* frontend = nullptr;        // of the service
  const config::Bind* bind = nullptr;  // likewise; null: it is in
  KeptClient kept;
  // Of a process before this one: what was known of a client that was in already.
  struct Admitted {
    base::Endpoint destination;
    TrackedEntries tracked;
    bool asked = false;  // its request went with that process: 502 is all that it gets
  };
  std::optional<Admitted> admitted;
};

// A bind line whose socket listens.
struct OpenBind {
  const config::ProxySection* section = nullptr;
  const config::Bind* bind = nullptr;
  int fd = -1;
  std::uint32_t backlog = 0;
};

class Listener : public std::enable_shared_from_this<Listener> {
 public:
  using Workers = std::vector<std::unique_ptr<Worker>>;
  // Starts a session; called on the worker's thread.
  using StartSession = void (*)(Worker&, AcceptedClient);

  Listener(int fd, Workers& workers, StartSession start);

  // Who comes from now on is a client of that bind line. Begins to accept.
  void serve(std::shared_ptr<Service> service, const OpenBind& open);

  // Accepts again after a pause for maxconn.
  void resume();

  // Accepts no more, and refuses those that the kernel has queued.
  void close();
  // Accepts no more; who comes waits for a successor of this process.
  void rest();
  // Refuses connections for a while; the address stays ours.
  void pause();
  void accept_again();

  [[nodiscard]] const Frontend& frontend() const { return *frontend_; }
  [[nodiscard]] bool is_open() const { return socket_.is_open(); }
  [[nodiscard]] OpenBind open_bind() const { return {&frontend_->section, bind_, fd_, 0}; }

 private:
  void wait();
  [[nodiscard]] ConnectionLease enter() const;
  void accept_all();
  void accept_later();
  void hand_over(int fd, const base::Endpoint& address, ConnectionLease lease, KeptClient kept);

  const int fd_;
  std::shared_ptr<Service> service_;
  Frontend* frontend_ = nullptr;
  const config::Bind* bind_ = nullptr;
  std::shared_ptr<ConnectionGate> gate_;  // of this bind line
  boost::asio::posix::stream_descriptor socket_;
  boost::asio::steady_timer retry_;
  Workers& workers_;
  StartSession start_;
  bool waiting_ = false;
  bool disabled_ = false;
  bool full_ = false;  // until a connection ends
  std::string facts_;  // what the vault is told of a client; empty: it gets none
  KeptClient next_;    // for the next client
};

}  // namespace wslb::proxy

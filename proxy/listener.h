// Accepts the clients of one bind line and hands each to the worker with the fewest connections.
// All listeners live on the first worker's loop; accepting is a small part of a connection's life,
// and one place that sees all workers shares the load better than the kernel's hashing.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/ip_address.h"
#include "proxy/connection_gate.h"
#include "proxy/service.h"
#include "proxy/worker.h"

namespace wslb::proxy {

// A connection on its way from the listener to its session.
struct AcceptedClient {
  int fd = -1;
  base::Endpoint address;
  ConnectionLease lease;
  const config::Bind* bind = nullptr;
};

class Listener {
 public:
  using Workers = std::vector<std::unique_ptr<Worker>>;
  // Starts a session; called on the worker's thread.
  using StartSession = std::function<void(Worker&, Frontend&, AcceptedClient)>;

  Listener(Service& service, Frontend& frontend, const config::Bind& bind, int fd, Workers& workers,
           StartSession start);

  // Accepts again after a pause for maxconn. From any thread.
  void resume();

  // Accepts no more, and refuses those that the kernel has queued.
  void close();
  // Refuses connections for a while; the address stays ours.
  void pause();
  void accept_again();
  [[nodiscard]] const Frontend& frontend() const { return frontend_; }

 private:
  void wait();
  void accept_all();
  void accept_later();
  void hand_over(int fd, const base::Endpoint& address, ConnectionLease lease);

  Service& service_;
  Frontend& frontend_;
  const config::Bind& bind_;
  ConnectionGate gate_;  // of this bind line
  boost::asio::posix::stream_descriptor socket_;
  boost::asio::steady_timer retry_;
  Workers& workers_;
  StartSession start_;
  bool waiting_ = false;
  bool disabled_ = false;
  std::atomic<bool> paused_{false};  // until a connection ends
};

}  // namespace wslb::proxy

// Drives every tunnel of one worker thread: edge-triggered epoll, one shared receive buffer, no
// lock and no allocation on the message path. Its epoll descriptor is nested in the worker's
// io_context, so that sessions (coroutines) and tunnels share the thread.
//
// A descriptor is added once for both directions and never modified; what the kernel said last is
// remembered in the tunnel. A tunnel that has more to move than its budget waits in a queue, so a
// bulk transfer does not starve the others. Idle time-outs are kept in one list for each distinct
// time-out, ordered by last activity: a moved byte costs one list splice.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

#include "base/time.h"
#include "proxy/tunnel.h"

namespace wslb::proxy {

class TunnelEngine {
 public:
  explicit TunnelEngine(boost::asio::io_context& context);
  TunnelEngine(const TunnelEngine&) = delete;
  ~TunnelEngine();

  // From now on the engine reads and writes the tunnel's sockets. On the worker's thread.
  void adopt(std::unique_ptr<Tunnel> tunnel);

  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  using IdleList = boost::intrusive::list<Tunnel>;

  void wait_for_events();
  void post_turn();
  void take_turn();
  bool run_batch();
  void drive(Tunnel& tunnel);
  void touch(Tunnel& tunnel);
  void end(Tunnel& tunnel, TunnelEnd reason);
  void bury_ended();
  void arm_idle_timer();
  void on_idle_timer();

  boost::asio::posix::stream_descriptor epoll_;
  boost::asio::steady_timer idle_timer_;
  base::TimePoint idle_timer_at_ = base::TimePoint::max();
  base::TimePoint now_;                      // read once a batch
  std::map<base::Duration, IdleList> idle_;  // by time-out; in each the longest idle first
  std::deque<Tunnel*> with_more_;
  std::vector<std::unique_ptr<Tunnel>> ended_;  // kept until no event of the batch can name them
  std::vector<char> scratch_;
  std::size_t size_ = 0;
  bool waiting_ = false;      // an async_wait on the epoll descriptor is under way
  bool turn_posted_ = false;  // take_turn() is queued, or running
};

}  // namespace wslb::proxy

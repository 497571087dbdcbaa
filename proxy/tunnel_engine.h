// Drives every tunnel of one worker thread: edge-triggered epoll, one shared receive buffer, no
// lock and no allocation on the message path. What the events of one look at epoll bring is moved
// together (TunnelBatch). Its epoll descriptor is nested in the worker's io_context, so that
// sessions (coroutines) and tunnels share the thread.
//
// A descriptor is added once for both directions and never modified; what the kernel said last is
// remembered in the tunnel. A tunnel that has more to move than its share of a batch waits for the
// next one, so a bulk transfer does not starve the others.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/time.h"
#include "proxy/timeouts.h"
#include "proxy/tunnel.h"
#include "proxy/tunnel_batch.h"

namespace wslb::proxy {

// How the tunnels with `option websocket-close` are told to go elsewhere.
struct Farewell {
  std::uint16_t code = 0;                // of the Close frames
  base::Duration interval{};             // between two tunnels; 0: all at once
  std::optional<base::TimePoint> until;  // whoever is left then is told at once
};

class TunnelEngine {
 public:
  explicit TunnelEngine(boost::asio::io_context& context);
  TunnelEngine(const TunnelEngine&) = delete;
  ~TunnelEngine();

  // Before the first kept tunnel: where the bytes of this thread lie. The arena outlives the
  // engine.
  void move_into(vault::Arena& arena, std::size_t worker);

  // From now on; see TunnelBatch.
  [[nodiscard]] base::Result<void> use_io_uring() { return batch_.use_io_uring(); }

  // For what a tunnel that is about to be adopted has to say first. Null: not now.
  [[nodiscard]] TunnelBatch* resting_batch() { return moving_ ? nullptr : &batch_; }

  // From now on the engine reads and writes the tunnel's sockets. On the worker's thread.
  void adopt(std::unique_ptr<Tunnel> tunnel);

  // From now on, for tunnels to come as well. Each is cut some time after it was told, if neither
  // side closes.
  void bid_farewell(const Farewell& farewell);

  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  void wait_for_events();
  void post_turn();
  void take_turn();
  bool run_batch();
  void move();
  void drive(Tunnel& tunnel);
  void notice(Tunnel& tunnel, Tunnel::Progress progress);
  void end(Tunnel& tunnel, TunnelEnd reason);
  void bury_ended();
  void watch_over(Tunnel& tunnel);
  void client_spoke(Tunnel& tunnel);
  void client_was_silent(Tunnel& tunnel);
  void tell_some();
  void tell(Tunnel& tunnel);
  void arm_timer();
  void on_timer();

  boost::asio::posix::stream_descriptor epoll_;
  boost::asio::steady_timer timer_;
  base::TimePoint timer_at_ = base::TimePoint::max();
  base::TimePoint now_;  // read once a batch
  Timeouts idle_;
  Timeouts silences_;   // of clients that are pinged
  Timeouts farewells_;  // those who shall be told; once told, until they are cut
  std::optional<Farewell> farewell_;
  base::TimePoint next_farewell_ = base::TimePoint::max();
  std::vector<Tunnel*> due_;                    // what this batch is about
  std::vector<Tunnel*> with_more_;              // and the next one
  std::vector<std::unique_ptr<Tunnel>> ended_;  // kept until no event of the batch can name them
  TunnelBatch batch_;
  std::vector<char> scratch_;  // of tunnels that are not plain
  std::size_t size_ = 0;
  bool moving_ = false;
  bool waiting_ = false;      // an async_wait on the epoll descriptor is under way
  bool turn_posted_ = false;  // take_turn() is queued, or running
};

}  // namespace wslb::proxy

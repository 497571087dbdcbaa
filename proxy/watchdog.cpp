#include "proxy/watchdog.h"

#include <boost/asio/steady_timer.hpp>

namespace wslb::proxy {

using base::TimePoint;

// Shared with the timer's handler, which may already be queued when the Watchdog goes.
struct Watchdog::State : std::enable_shared_from_this<State> {
  explicit State(boost::asio::ip::tcp::socket& watched)
      : socket(&watched), timer(watched.get_executor()) {}

  void schedule() {
    scheduled = deadline;
    timer.expires_at(scheduled);
    timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (!error) self->on_timer();
    });
  }

  void on_timer() {
    scheduled = TimePoint::max();
    if (socket == nullptr || deadline == TimePoint::max()) return;
    if (std::chrono::steady_clock::now() < deadline) return schedule();
    fired = true;
    boost::system::error_code ignored;
    socket->cancel(ignored);
  }

  boost::asio::ip::tcp::socket* socket;  // null once the Watchdog is gone
  boost::asio::steady_timer timer;
  TimePoint deadline = TimePoint::max();
  TimePoint scheduled = TimePoint::max();  // when the timer fires; max: it is idle
  bool fired = false;
};

Watchdog::Watchdog(boost::asio::ip::tcp::socket& socket)
    : state_(std::make_shared<State>(socket)) {}

Watchdog::~Watchdog() {
  state_->socket = nullptr;
  state_->timer.cancel();
}

void Watchdog::arm(TimePoint deadline) {
  state_->deadline = deadline;
  state_->fired = false;
  if (deadline < state_->scheduled) state_->schedule();
}

void Watchdog::disarm() {
  state_->deadline = TimePoint::max();
}

bool Watchdog::fired() const {
  return state_->fired;
}

}  // namespace wslb::proxy

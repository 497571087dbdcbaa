// What epoll says of the sockets of one thread's sessions, and how long they may be waited for.
// Edge-triggered: a socket is added when somebody waits for it the first time, for both directions,
// and never modified. What the kernel said last is remembered, so that waiting costs no system
// call, nor does reading a socket that has nothing. The epoll descriptor is nested in the thread's
// io_context; TunnelEngine has one of its own, for tunnels.
//
// SocketEvents is a service of an io_context, made by the first Stream on it. One thread only.
#pragma once

#include <cstdint>
#include <optional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/intrusive/list.hpp>
#include <boost/intrusive/set.hpp>

#include "base/time.h"

namespace wslb::proxy {

class SocketEvents;
class WatchedSocket;

// The coroutine that reads from a socket, or the one that writes to it, while it waits. Its
// deadline is lazy: it only moves in the queue when it has to pass earlier than is known there.
class SocketWaiter {
 public:
  enum class Outcome : std::uint8_t { Ready, Cancelled, Expired, Refused };  // Refused: by epoll

  explicit SocketWaiter(WatchedSocket& socket) : socket_(socket) {}

  [[nodiscard]] bool waits() const { return resume_.has_value(); }
  // TimePoint::max(): none.
  void set_deadline(base::TimePoint deadline);

 private:
  friend class SocketEvents;
  friend class WatchedSocket;
  using Unlink = boost::intrusive::link_mode<boost::intrusive::auto_unlink>;
  using Resume =
      boost::asio::async_result<boost::asio::use_awaitable_t<>, void(Outcome)>::handler_type;

  WatchedSocket& socket_;
  std::optional<Resume> resume_;
  bool for_write_ = false;
  bool woken_ = false;  // waits no more, and will be resumed
  Outcome outcome_ = Outcome::Ready;
  base::TimePoint deadline_ = base::TimePoint::max();
  base::TimePoint queued_ = base::TimePoint::max();   // as the queue of deadlines knows it
  boost::intrusive::list_member_hook<Unlink> place_;  // among those who wait or those to resume
  boost::intrusive::set_member_hook<Unlink> deadline_place_;
};

class WatchedSocket {
 public:
  WatchedSocket(const boost::asio::any_io_executor& executor, int fd);
  WatchedSocket(const WatchedSocket&) = delete;
  ~WatchedSocket() { forget(); }

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] SocketEvents& events() const { return events_; }

  // What to try, as far as is known; whoever meets EAGAIN takes it back.
  bool readable = true;
  bool writable = true;
  // Never taken back: its end or an error is in the socket, and whatever was sent before.
  bool hangup = false;
  bool urgent = false;  // a recv() ends where urgent data begin
  bool failed = false;
  // Whether `readable` is what the kernel said, and not only a hope.
  [[nodiscard]] bool is_known() const { return added_; }

  SocketWaiter reader{*this};
  SocketWaiter writer{*this};

  // Until the socket is ready, cancel(), or the deadline, which cancels the other one as well.
  boost::asio::awaitable<SocketWaiter::Outcome> wait(SocketWaiter& waiter, bool for_write,
                                                     base::TimePoint deadline);
  void cancel();
  // Epoll shall know nothing of the descriptor any more, which leaves this object.
  int forget();

 private:
  friend class SocketEvents;

  SocketEvents& events_;
  int fd_;
  bool added_ = false;
};

class SocketEvents : public boost::asio::execution_context::service {
 public:
  using key_type = SocketEvents;
  static boost::asio::execution_context::id id;

  explicit SocketEvents(boost::asio::execution_context& context);
  static SocketEvents& of(const boost::asio::any_io_executor& executor);

  [[nodiscard]] boost::asio::any_io_executor executor() { return epoll_.get_executor(); }

 private:
  friend class SocketWaiter;
  friend class WatchedSocket;
  using Waiters = boost::intrusive::list<
      SocketWaiter,
      boost::intrusive::member_hook<SocketWaiter, decltype(SocketWaiter::place_),
                                    &SocketWaiter::place_>,
      boost::intrusive::constant_time_size<false>>;
  struct QueuedDeadline {
    using type = base::TimePoint;
    type operator()(const SocketWaiter& waiter) const { return waiter.queued_; }
  };
  using Deadlines = boost::intrusive::multiset<
      SocketWaiter,
      boost::intrusive::member_hook<SocketWaiter, decltype(SocketWaiter::deadline_place_),
                                    &SocketWaiter::deadline_place_>,
      boost::intrusive::key_of_value<QueuedDeadline>, boost::intrusive::constant_time_size<false>>;

  void shutdown() override;
  bool add(WatchedSocket& socket);
  void suspend(SocketWaiter& waiter, SocketWaiter::Resume resume);
  void wait_for_events();
  void post_turn();
  void take_turn();
  void note(WatchedSocket& socket, std::uint32_t events);
  void wake(SocketWaiter& waiter, SocketWaiter::Outcome outcome);
  void resume_all();
  void rest();
  void queue(SocketWaiter& waiter);
  void arm_timer();
  void on_timer();

  boost::asio::posix::stream_descriptor epoll_;
  boost::asio::steady_timer timer_;
  base::TimePoint timer_at_ = base::TimePoint::max();
  Waiters waiting_;
  Waiters ready_;  // who will be resumed
  Deadlines deadlines_;
  bool listening_ = false;    // an async_wait on the epoll descriptor is under way
  bool turn_posted_ = false;  // take_turn() is queued, or running
};

}  // namespace wslb::proxy

#include "proxy/socket_events.h"

#include <array>
#include <chrono>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <sys/epoll.h>

#include "proxy/turn_time.h"

namespace wslb::proxy {

namespace asio = boost::asio;
using base::TimePoint;
using Outcome = SocketWaiter::Outcome;

namespace {

constexpr int kReadyMax = 256;  // sockets of one turn; then others of this thread get theirs

}  // namespace

asio::execution_context::id SocketEvents::id;

SocketEvents& SocketEvents::of(const asio::any_io_executor& executor) {
  return asio::use_service<SocketEvents>(asio::query(executor, asio::execution::context));
}

SocketEvents::SocketEvents(asio::execution_context& context)
    : service(context),
      epoll_(static_cast<asio::io_context&>(context), ::epoll_create1(EPOLL_CLOEXEC)),
      timer_(static_cast<asio::io_context&>(context)) {}

// Who waits will never be resumed; what the coroutines own is destroyed by the context.
void SocketEvents::shutdown() {
  for (Waiters* const list : {&waiting_, &ready_}) {
    while (!list->empty()) {
      SocketWaiter& waiter = list->front();
      list->pop_front();
      const auto abandoned = std::exchange(waiter.resume_, std::nullopt);
    }
  }
  boost::system::error_code ignored;
  epoll_.close(ignored);
  timer_.cancel();
}

// False: there is no place for it.
bool SocketEvents::add(WatchedSocket& socket) {
  if (socket.added_) return true;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &socket;
  const int result = ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, socket.fd_, &event);
  return socket.added_ = result == 0;
}

void SocketEvents::suspend(SocketWaiter& waiter, SocketWaiter::Resume resume) {
  waiter.resume_.emplace(std::move(resume));
  waiter.woken_ = false;
  waiting_.push_back(waiter);
  arm_timer();
  if (add(waiter.socket_)) return wait_for_events();
  wake(waiter, Outcome::Refused);
  post_turn();
}

// Asking anew looks at the epoll descriptor anew, so no event is lost between here and there.
void SocketEvents::wait_for_events() {
  if (listening_ || turn_posted_) return;
  listening_ = true;
  epoll_.async_wait(asio::posix::stream_descriptor::wait_read,
                    [this](const boost::system::error_code& error) {
                      listening_ = false;
                      if (!error) return take_turn();
                      if (!waiting_.empty()) wait_for_events();  // somebody came after a rest
                    });
}

void SocketEvents::post_turn() {
  if (turn_posted_) return;
  turn_posted_ = true;
  asio::post(epoll_.get_executor(), [this] { take_turn(); });
}

// Everything is noted before anybody is resumed, since who is resumed may close other sockets.
void SocketEvents::take_turn() {
  turn_posted_ = true;
  std::array<epoll_event, kReadyMax> events;
  const int count = ::epoll_wait(epoll_.native_handle(), events.data(), kReadyMax, 0);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    note(*static_cast<WatchedSocket*>(event.data.ptr), event.events);
  }
  {
    const TurnTime one_for_all;
    resume_all();
  }
  turn_posted_ = false;
  if (count == kReadyMax) {
    post_turn();
  } else if (!waiting_.empty()) {
    wait_for_events();
  }
}

void SocketEvents::note(WatchedSocket& socket, std::uint32_t events) {
  socket.failed |= (events & (EPOLLERR | EPOLLHUP)) != 0;
  socket.hangup |= socket.failed || (events & EPOLLRDHUP) != 0;
  socket.urgent |= (events & EPOLLPRI) != 0;
  socket.readable |= socket.hangup || (events & EPOLLIN) != 0;
  socket.writable |= socket.failed || (events & EPOLLOUT) != 0;
  for (SocketWaiter* const waiter : {&socket.reader, &socket.writer}) {
    if (waiter->for_write_ ? socket.writable : socket.readable) wake(*waiter, Outcome::Ready);
  }
}

// The first reason counts.
void SocketEvents::wake(SocketWaiter& waiter, Outcome outcome) {
  if (!waiter.resume_ || waiter.woken_) return;
  waiter.woken_ = true;
  waiter.outcome_ = outcome;
  waiting_.erase(waiting_.iterator_to(waiter));
  ready_.push_back(waiter);
}

void SocketEvents::resume_all() {
  while (!ready_.empty()) {
    SocketWaiter& waiter = ready_.front();
    ready_.pop_front();
    waiter.deadline_ = TimePoint::max();
    auto resume = std::move(*waiter.resume_);
    waiter.resume_.reset();
    std::move(resume)(waiter.outcome_);
  }
  if (waiting_.empty()) rest();
}

// Where nobody waits nothing keeps the context's run() from ending.
void SocketEvents::rest() {
  boost::system::error_code ignored;
  epoll_.cancel(ignored);
  timer_.cancel();
  timer_at_ = TimePoint::max();
}

void SocketEvents::queue(SocketWaiter& waiter) {
  if (waiter.deadline_place_.is_linked()) deadlines_.erase(deadlines_.iterator_to(waiter));
  waiter.queued_ = waiter.deadline_;
  deadlines_.insert(waiter);
  arm_timer();
}

void SocketEvents::arm_timer() {
  if (deadlines_.empty() || deadlines_.begin()->queued_ >= timer_at_) return;
  timer_at_ = deadlines_.begin()->queued_;
  timer_.expires_at(timer_at_);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) on_timer();
  });
}

void SocketEvents::on_timer() {
  timer_at_ = TimePoint::max();
  const TimePoint now = std::chrono::steady_clock::now();
  while (!deadlines_.empty() && deadlines_.begin()->queued_ <= now) {
    SocketWaiter& waiter = *deadlines_.begin();
    deadlines_.erase(deadlines_.begin());
    waiter.queued_ = TimePoint::max();
    if (waiter.deadline_ == TimePoint::max()) continue;
    if (waiter.deadline_ > now) {
      queue(waiter);
      continue;
    }
    wake(waiter, Outcome::Expired);
    waiter.socket_.cancel();
  }
  arm_timer();
  resume_all();
}

void SocketWaiter::set_deadline(TimePoint deadline) {
  deadline_ = deadline;
  if (deadline < queued_) socket_.events().queue(*this);
}

WatchedSocket::WatchedSocket(const asio::any_io_executor& executor, int fd)
    : events_(SocketEvents::of(executor)), fd_(fd) {}

asio::awaitable<Outcome> WatchedSocket::wait(SocketWaiter& waiter, bool for_write,
                                             TimePoint deadline) {
  waiter.for_write_ = for_write;
  waiter.set_deadline(deadline);
  return asio::async_initiate<const asio::use_awaitable_t<>, void(Outcome)>(
      [this, &waiter](SocketWaiter::Resume resume) { events_.suspend(waiter, std::move(resume)); },
      asio::use_awaitable);
}

void WatchedSocket::cancel() {
  for (SocketWaiter* const waiter : {&reader, &writer}) events_.wake(*waiter, Outcome::Cancelled);
  if (!events_.ready_.empty()) events_.post_turn();
}

int WatchedSocket::forget() {
  cancel();
  if (std::exchange(added_, false)) {
    ::epoll_ctl(events_.epoll_.native_handle(), EPOLL_CTL_DEL, fd_, nullptr);
  }
  return std::exchange(fd_, -1);
}

}  // namespace wslb::proxy

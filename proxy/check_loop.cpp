#include "proxy/check_loop.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace wslb::proxy {

namespace asio = boost::asio;
using std::chrono::steady_clock;

CheckLoop::CheckLoop(asio::any_io_executor executor, Check check)
    : check_(std::move(check)), timer_(std::move(executor)) {}

void CheckLoop::start(base::Duration first_delay) {
  const auto keep_alive = [self = shared_from_this(), first_delay]() -> asio::awaitable<void> {
    co_await self->run(first_delay);
  };
  asio::co_spawn(timer_.get_executor(), keep_alive, asio::detached);
}

void CheckLoop::stop() {
  stopped_ = true;
  timer_.cancel();
  if (interrupt_) interrupt_();
}

base::Duration CheckLoop::due_in() const {
  return waiting_ ? std::max(base::Duration(0), next_ - steady_clock::now()) : base::Duration(0);
}

void CheckLoop::hasten(base::Duration delay) {
  next_ = std::min(next_, steady_clock::now() + delay);
  if (waiting_) timer_.cancel();
}

asio::awaitable<void> CheckLoop::run(base::Duration first_delay) {
  base::Duration delay = first_delay;
  while (!stopped_) {
    co_await pause(delay);
    if (stopped_) co_return;
    if (!paused_) delay = co_await check_(*this);
  }
}

asio::awaitable<void> CheckLoop::pause(base::Duration duration) {
  next_ = steady_clock::now() + duration;
  waiting_ = true;
  do {
    timer_.expires_at(next_);
    co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
  } while (!stopped_ && steady_clock::now() < next_);
  waiting_ = false;
}

}  // namespace wslb::proxy

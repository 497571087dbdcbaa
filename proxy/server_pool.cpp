#include "proxy/server_pool.h"

#include <chrono>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace wslb::proxy {

namespace asio = boost::asio;

// Touched on its own executor only, but for the executor itself.
struct ServerPool::Waiter {
  Waiter(const asio::any_io_executor& executor, lb::Ticket number)
      : timer(executor), ticket(number) {}

  asio::steady_timer timer;  // cancelled when an answer has come
  const lb::Ticket ticket;
  std::optional<lb::Grant> grant;
  bool answered = false;
};

Slot::~Slot() {
  if (pool_ != nullptr) pool_->release(server_);
}

Slot ServerPool::occupy(std::size_t server) {
  const std::lock_guard lock(mutex_);
  backend_.occupy(server);
  tell_others(server, [](ServerPool& pool, std::size_t number) { pool.backend_.occupy(number); });
  return {*this, server, false};
}

asio::awaitable<ServerPool::Outcome> ServerPool::acquire(lb::Ask ask, base::TimePoint deadline) {
  Outcome outcome = this->ask(ask, co_await asio::this_coro::executor);
  if (!outcome.waiter) co_return outcome;
  co_return co_await wait(std::move(outcome.waiter), deadline);
}

ServerPool::Outcome ServerPool::ask(lb::Ask ask, const asio::any_io_executor& executor) {
  const std::lock_guard lock(mutex_);
  deliver({backend_.advance(std::chrono::steady_clock::now()), {}});
  statistics().sessions_most.raise_to(connections().load());
  ask.ticket = next_ticket_++;
  const lb::Assignment assignment = backend_.assign(ask);
  if (const auto* assigned = std::get_if<lb::Assigned>(&assignment)) {
    tell_others(assigned->server,
                [](ServerPool& pool, std::size_t number) { pool.backend_.occupy(number); });
    Outcome outcome{Slot(*this, assigned->server, assigned->by_cookie)};
    outcome.load = load_now(assigned->server);
    return outcome;
  }
  if (std::holds_alternative<lb::NoServer>(assignment)) return {};
  if (std::holds_alternative<lb::QueueFull>(assignment)) return {std::nullopt, Refusal::QueueFull};
  Outcome outcome;
  outcome.waiter = std::make_shared<Waiter>(executor, ask.ticket);
  waiters_.emplace(ask.ticket, outcome.waiter);
  return outcome;
}

asio::awaitable<ServerPool::Outcome> ServerPool::wait(std::shared_ptr<Waiter> waiter,
                                                      base::TimePoint deadline) {
  waiter->timer.expires_at(deadline);
  while (!waiter->answered) {
    co_await waiter->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (waiter->answered) break;
    const std::lock_guard lock(mutex_);
    if (backend_.cancel(waiter->ticket)) {
      waiters_.erase(waiter->ticket);
      co_return Outcome{std::nullopt, Refusal::Timeout, true};
    }
    // An answer was given at the same moment and is on its way to this executor.
    waiter->timer.expires_at(base::TimePoint::max());
  }
  if (!waiter->grant) co_return Outcome{std::nullopt, Refusal::NoServer, true};
  Outcome outcome{Slot(*this, waiter->grant->server, waiter->grant->by_cookie)};
  outcome.waited = true;
  outcome.load = load(waiter->grant->server);
  co_return outcome;
}

// Who waits under an older configuration has waited longer.
void ServerPool::release(std::size_t server) {
  const std::lock_guard lock(mutex_);
  for (ServerPool* const pool : family_->pools) {
    const auto number = pool->find(*servers_[server]);
    if (number) pool->deliver({pool->backend_.release(*number), {}});
  }
}

// With the mutex held: posting never runs the handler at once.
void ServerPool::deliver(const lb::Redistribution& redistribution) {
  const auto answer = [this](lb::Ticket ticket, std::optional<lb::Grant> grant) {
    const auto node = waiters_.extract(ticket);
    if (node.empty()) return;
    const std::shared_ptr<Waiter>& waiter = node.mapped();
    asio::post(waiter->timer.get_executor(), [waiter, grant] {
      waiter->grant = grant;
      waiter->answered = true;
      waiter->timer.cancel();
    });
  };
  for (const lb::Grant& grant : redistribution.granted) {
    tell_others(grant.server,
                [](ServerPool& pool, std::size_t number) { pool.backend_.occupy(number); });
    answer(grant.ticket, grant);
  }
  for (const lb::Ticket ticket : redistribution.refused) answer(ticket, std::nullopt);
}

lb::CookieVerdict ServerPool::verdict_on_cookie(std::string_view value, bool forced) const {
  const std::lock_guard lock(mutex_);
  return backend_.verdict_on_cookie(value, forced);
}

bool ServerPool::takes_named(std::size_t server, bool forced) const {
  const std::lock_guard lock(mutex_);
  return backend_.takes_named(server, forced);
}

std::size_t ServerPool::usable_servers() const {
  const std::lock_guard lock(mutex_);
  return backend_.usable_servers();
}

bool ServerPool::is_usable(std::size_t server) const {
  const std::lock_guard lock(mutex_);
  return backend_.is_usable(server);
}

ServerPool::Load ServerPool::load(std::size_t server) const {
  const std::lock_guard lock(mutex_);
  return load_now(server);
}

// With the mutex held.
ServerPool::Load ServerPool::load_now(std::size_t server) const {
  return {backend_.server(server).served, backend_.server(server).queued, backend_.queued()};
}

}  // namespace wslb::proxy

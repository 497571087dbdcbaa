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
  explicit Waiter(const asio::any_io_executor& executor) : timer(executor) {}

  asio::steady_timer timer;  // cancelled when an answer has come
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
  const auto executor = co_await asio::this_coro::executor;
  lb::Ticket ticket = 0;
  std::shared_ptr<Waiter> waiter;
  {
    const std::lock_guard lock(mutex_);
    deliver({backend_.advance(std::chrono::steady_clock::now()), {}});
    statistics().sessions_most.raise_to(connections().load());
    ticket = ask.ticket = next_ticket_++;
    const lb::Assignment assignment = backend_.assign(ask);
    if (const auto* assigned = std::get_if<lb::Assigned>(&assignment)) {
      tell_others(assigned->server,
                  [](ServerPool& pool, std::size_t number) { pool.backend_.occupy(number); });
      co_return Outcome{Slot(*this, assigned->server, assigned->by_cookie)};
    }
    if (std::holds_alternative<lb::NoServer>(assignment)) co_return Outcome{std::nullopt};
    if (std::holds_alternative<lb::QueueFull>(assignment)) {
      co_return Outcome{std::nullopt, Refusal::QueueFull};
    }
    waiter = std::make_shared<Waiter>(executor);
    waiters_.emplace(ticket, waiter);
  }
  waiter->timer.expires_at(deadline);
  while (!waiter->answered) {
    co_await waiter->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (waiter->answered) break;
    const std::lock_guard lock(mutex_);
    if (backend_.cancel(ticket)) {
      waiters_.erase(ticket);
      co_return Outcome{std::nullopt, Refusal::Timeout, true};
    }
    // An answer was given at the same moment and is on its way to this executor.
    waiter->timer.expires_at(base::TimePoint::max());
  }
  if (!waiter->grant) co_return Outcome{std::nullopt, Refusal::NoServer, true};
  co_return Outcome{Slot(*this, waiter->grant->server, waiter->grant->by_cookie), Refusal::NoServer,
                    true};
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
  return {backend_.server(server).served, backend_.server(server).queued, backend_.queued()};
}

}  // namespace wslb::proxy

// Two configurations of one backend at a time, as after a reload: slots, queues and what is known
// of the servers are the same in both, whoever takes or gives back, on whatever thread.
#include "proxy/pool_family.h"

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include "proxy/server_pool.h"

namespace wslb::proxy {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// Servers named by the letters, each with an address of its own.
config::ProxySection backend_of(const std::string& letters, std::uint32_t maxconn = 0) {
  config::ProxySection section;
  section.kind = config::ProxySection::Kind::Backend;
  section.name = "app";
  for (const char letter : letters) {
    config::Server server;
    server.name = std::string(1, letter);
    server.address = {*base::IpAddress::parse("10.0.0.1"), static_cast<std::uint16_t>(letter)};
    server.maxconn = maxconn;
    section.servers.push_back(server);
  }
  return section;
}

base::TimePoint from_now(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

// A slot at once, or none.
std::optional<Slot> take(ServerPool& pool, lb::Ask ask = {}) {
  asio::io_context context;
  std::optional<Slot> slot;
  asio::co_spawn(
      context,
      [&]() -> asio::awaitable<void> {
        slot = std::move((co_await pool.acquire(ask, from_now(0ms))).slot);
      },
      asio::detached);
  context.run();
  return slot;
}

TEST(PoolFamily, ASlotCountsInEveryPool) {
  const auto first = backend_of("ab", 1);
  const auto second = backend_of("bca", 1);
  ServerPool old(first);
  auto slot = take(old, {.prefer = 1});
  ASSERT_TRUE(slot);
  ServerPool now(second, 0, &old);
  EXPECT_EQ(now.load(0).served, 1U);  // b
  EXPECT_EQ(now.load(1).served + now.load(2).served, 0U);
  EXPECT_FALSE(take(now, {.prefer = 0}) && take(now)->server() == 0);
  auto later = take(now, {.prefer = 2});  // a
  ASSERT_TRUE(later);
  EXPECT_EQ(old.load(0).served, 1U);
  slot.reset();
  EXPECT_EQ(now.load(0).served, 0U);
  later.reset();
  EXPECT_EQ(old.load(0).served, 0U);
}

TEST(PoolFamily, ASlotThatMovesComesBackToTheOther) {
  const auto first = backend_of("ab");
  const auto second = backend_of("ba");
  auto old = std::make_unique<ServerPool>(first);
  auto slot = take(*old, {.prefer = 0});
  ServerPool now(second, 0, old.get());
  const auto twin = now.twin_of(*old, slot->server());
  ASSERT_EQ(twin, 1U);
  slot->move_to(now, *twin);
  old.reset();
  EXPECT_EQ(now.load(1).served, 1U);
  slot.reset();
  EXPECT_EQ(now.load(1).served, 0U);
}

TEST(PoolFamily, AServerIsWhoItsNameAndAddressSay) {
  const auto first = backend_of("ab");
  auto second = backend_of("ba");
  second.servers[1].address.port = 1;
  ServerPool old(first);
  old.statistics(0).requests.add(3);
  old.statistics(1).requests.add(4);
  ServerPool now(second, 0, &old);
  EXPECT_EQ(now.twin_of(old, 0), std::nullopt);
  EXPECT_EQ(now.twin_of(old, 1), 0U);
  EXPECT_EQ(now.statistics(0).requests.value(), 4U);
  EXPECT_EQ(now.statistics(1).requests.value(), 0U);
  EXPECT_EQ(&now.statistics(), &old.statistics());
}

TEST(PoolFamily, WhatOtherHostsUseIsKnownToEveryPool) {
  auto first = backend_of("ab");
  first.balance.algorithm = config::Balance::Algorithm::LeastConn;
  auto second = first;
  std::ranges::reverse(second.servers);
  ServerPool old(first);
  old.set_elsewhere(0, 5);
  ServerPool now(second, 0, &old);
  EXPECT_EQ(now.state(1).elsewhere, 5U);
  const auto slot = take(now);
  ASSERT_TRUE(slot);
  EXPECT_EQ(slot->server(), 0U);
  now.set_elsewhere(1, 2);
  EXPECT_EQ(old.state(0).elsewhere, 2U);
  std::vector<std::uint32_t> served;
  now.read_served(served);
  EXPECT_EQ(served, (std::vector<std::uint32_t>{1, 0}));
}

TEST(PoolFamily, AServerByHostNameStaysItself) {
  auto first = backend_of("a");
  first.servers[0].host = "a.example";
  auto second = first;
  second.servers[0].address.address = *base::IpAddress::parse("10.0.0.9");
  ServerPool old(first);
  ServerPool now(second, 0, &old);
  EXPECT_EQ(now.twin_of(old, 0), 0U);
  EXPECT_EQ(now.address(0), second.servers[0].address);
}

TEST(PoolFamily, WhatOperatorsAndChecksSaidStays) {
  auto first = backend_of("abc");
  for (config::Server& server : first.servers) server.check.enabled = true;
  ServerPool old(first);
  (void)old.set_operation(0, lb::Operation::Stopped);
  old.set_admin(1, lb::Admin::Drain);
  old.set_weight(2, 7);
  old.set_address(2, {*base::IpAddress::parse("10.0.0.7"), 7});
  ServerPool now(first, 0, &old);
  EXPECT_EQ(now.state(0).state(), lb::State::Down);
  EXPECT_EQ(now.state(0).times_down, 1U);
  EXPECT_EQ(now.state(1).state(), lb::State::Drain);
  EXPECT_EQ(now.state(2).weight, 7);
  EXPECT_EQ(now.address(2).port, 7);
  EXPECT_EQ(now.usable_servers(), 1U);
  // What the next file says anew counts.
  auto third = first;
  third.servers[2].weight = 3;
  third.servers[1].disabled = true;
  third.servers[0].check.enabled = false;
  const ServerPool next(third, 0, &now);
  EXPECT_EQ(next.state(2).weight, 3);
  EXPECT_EQ(next.state(1).state(), lb::State::Maint);
  EXPECT_EQ(next.state(0).state(), lb::State::Up);
}

TEST(PoolFamily, WhoWaitsInAnOlderPoolHearsOfTheServersState) {
  const auto section = backend_of("a");
  ServerPool old(section);
  ServerPool now(section, 0, &old);
  (void)now.set_operation(0, lb::Operation::Stopped);
  EXPECT_FALSE(old.is_usable(0));
  now.set_admin(0, lb::Admin::Maint);
  now.set_admin(0, lb::Admin::Ready);
  EXPECT_TRUE(old.is_usable(0));
}

TEST(PoolFamily, TheLongestWaitingIsServedFirst) {
  const auto section = backend_of("a", 1);
  ServerPool old(section);
  auto held = take(old);
  ServerPool now(section, 0, &old);
  asio::io_context context;
  std::vector<int> order;
  const auto client = [&](ServerPool& pool, int number) -> asio::awaitable<void> {
    const auto outcome = co_await pool.acquire({}, from_now(5s));
    EXPECT_TRUE(outcome.slot.has_value());
    order.push_back(number);
  };
  asio::co_spawn(context, client(old, 1), asio::detached);
  asio::co_spawn(context, client(now, 2), asio::detached);
  asio::post(context, [&] { held.reset(); });
  context.run();
  EXPECT_EQ(order, (std::vector{1, 2}));
  EXPECT_EQ(now.load(0).served, 0U);
  EXPECT_EQ(old.load(0).served, 0U);
}

// Clients of several configurations on several threads, while further ones come and go.
TEST(PoolFamily, NoSlotIsLostBetweenThreads) {
  const auto section = backend_of("ab", 2);
  auto newest = std::make_shared<ServerPool>(section);
  std::atomic<int> at_once{0};
  std::atomic<int> served{0};
  std::mutex mutex;
  const auto current = [&] {
    const std::lock_guard lock(mutex);
    return newest;
  };
  const auto client = [&]() -> asio::awaitable<void> {
    for (int round = 0; round < 30; ++round) {
      const std::shared_ptr<ServerPool> pool = current();
      auto outcome = co_await pool->acquire({}, from_now(2ms));
      if (!outcome.slot) continue;
      EXPECT_LE(++at_once, 4);
      asio::steady_timer work(co_await asio::this_coro::executor, 100us);
      co_await work.async_wait(asio::use_awaitable);
      --at_once;
      ++served;
      const std::shared_ptr<ServerPool> successor = current();
      const auto twin = successor->twin_of(*pool, outcome.slot->server());
      outcome.slot->move_to(*successor, *twin);
      outcome.slot.reset();
    }
  };
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      asio::io_context context(1);
      for (int j = 0; j < 20; ++j) asio::co_spawn(context, client(), asio::detached);
      context.run();
    });
  }
  for (int reloads = 0; reloads < 200; ++reloads) {
    auto next = std::make_shared<ServerPool>(section, 0, current().get());
    {
      const std::lock_guard lock(mutex);
      newest.swap(next);
    }
    std::this_thread::yield();
  }
  threads.clear();
  EXPECT_GT(served, 0);
  EXPECT_EQ(newest->load(0).served + newest->load(1).served, 0U);
  EXPECT_EQ(newest->load(0).backend_queue, 0U);
}

}  // namespace
}  // namespace wslb::proxy

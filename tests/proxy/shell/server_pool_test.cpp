// Slots and waiting as sessions see them: who waits is woken on its own loop when a slot is freed,
// in order, and a slot is never lost, whatever thread it is freed on.
#include "proxy/server_pool.h"

#include <chrono>
#include <thread>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

namespace wslb::proxy {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

config::ProxySection one_server(std::uint32_t maxconn) {
  config::ProxySection section;
  section.kind = config::ProxySection::Kind::Backend;
  section.name = "app";
  config::Server server;
  server.name = "a";
  server.maxconn = maxconn;
  section.servers.push_back(server);
  return section;
}

base::TimePoint in(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

TEST(ServerPool, WaitsInOrderForAFreedSlot) {
  const config::ProxySection section = one_server(1);
  ServerPool pool(section);
  asio::io_context context;
  std::vector<int> order;
  const auto client = [&](int number) -> asio::awaitable<void> {
    const auto outcome = co_await pool.acquire({}, in(5s));
    EXPECT_TRUE(outcome.slot.has_value());
    EXPECT_EQ(outcome.waited, number > 0);
    order.push_back(number);
    asio::steady_timer work(co_await asio::this_coro::executor, 1ms);
    co_await work.async_wait(asio::use_awaitable);
  };
  for (int i = 0; i < 5; ++i) asio::co_spawn(context, client(i), asio::detached);
  context.run();
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4}));
  EXPECT_EQ(pool.load(0).served, 0U);
}

TEST(ServerPool, GivesUpAtTheDeadlineAndLeavesTheQueue) {
  const config::ProxySection section = one_server(1);
  ServerPool pool(section);
  asio::io_context context;
  asio::co_spawn(
      context,
      [&]() -> asio::awaitable<void> {
        const auto held = co_await pool.acquire({}, in(1s));
        const auto refused = co_await pool.acquire({}, in(20ms));
        EXPECT_FALSE(refused.slot.has_value());
        EXPECT_EQ(refused.refusal, ServerPool::Refusal::Timeout);
        EXPECT_EQ(pool.load(0).backend_queue, 0U);
      },
      asio::detached);
  context.run();
  EXPECT_EQ(pool.load(0).served, 0U);
}

TEST(ServerPool, RefusesAtOnceWhereNoServerIsUp) {
  const config::ProxySection section = one_server(0);
  ServerPool pool(section);
  (void)pool.set_operation(0, lb::Operation::Stopped);
  asio::io_context context;
  asio::co_spawn(
      context,
      [&]() -> asio::awaitable<void> {
        const auto outcome = co_await pool.acquire({}, in(1s));
        EXPECT_FALSE(outcome.slot.has_value());
        EXPECT_EQ(outcome.refusal, ServerPool::Refusal::NoServer);
      },
      asio::detached);
  context.run();
}

// Time-outs and grants race on purpose: several threads, a slot held as long as others wait.
TEST(ServerPool, NoSlotIsLostBetweenThreads) {
  const config::ProxySection section = one_server(3);
  ServerPool pool(section);
  constexpr int kThreads = 4;
  constexpr int kClients = 50;
  std::atomic<int> served{0};
  std::atomic<int> at_once{0};
  const auto client = [&]() -> asio::awaitable<void> {
    for (int round = 0; round < 20; ++round) {
      const auto outcome = co_await pool.acquire({}, in(2ms));
      if (!outcome.slot) continue;
      EXPECT_LE(++at_once, 3);
      asio::steady_timer work(co_await asio::this_coro::executor, 100us);
      co_await work.async_wait(asio::use_awaitable);
      --at_once;
      ++served;
    }
  };
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      asio::io_context context(1);
      for (int j = 0; j < kClients; ++j) asio::co_spawn(context, client(), asio::detached);
      // Grants are posted to this loop from other threads; run() ends with its last client.
      context.run();
    });
  }
  threads.clear();
  EXPECT_GT(served, 0);
  EXPECT_EQ(pool.load(0).served, 0U);
  EXPECT_EQ(pool.load(0).backend_queue, 0U);
}

}  // namespace
}  // namespace wslb::proxy

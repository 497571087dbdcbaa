#include "proxy/lb/least_conn.h"

#include <cstddef>
#include <cstdint>

#include <gtest/gtest.h>

#include "tests/proxy/lb/sixteenths.h"

namespace wslb::proxy::lb {
namespace {

bool any(std::size_t) {
  return true;
}

TEST(LeastConn, IdleServersAreTakenInOrder) {
  LeastConn balancer(sixteenths({1, 1, 1}));
  EXPECT_EQ(balancer.next(any), 0U);
  balancer.set_in_flight(0, 1);
  EXPECT_EQ(balancer.next(any), 1U);
  balancer.set_in_flight(1, 1);
  EXPECT_EQ(balancer.next(any), 2U);
}

TEST(LeastConn, EvenServersTakeTurns) {
  LeastConn balancer(sixteenths({1, 1, 1}));
  for (std::size_t server = 0; server < 3; ++server) {
    balancer.set_in_flight(server, 1);
    balancer.set_in_flight(server, 0);
    EXPECT_EQ(balancer.next(any), (server + 1) % 3);
  }
}

TEST(LeastConn, CountsByWeight) {
  LeastConn balancer(sixteenths({3, 1}));
  balancer.set_in_flight(0, 1);
  balancer.set_in_flight(1, 1);
  EXPECT_EQ(balancer.next(any), 0U);  // (1 + 1) / 3 against (1 + 1) / 1
  balancer.set_in_flight(0, 4);
  EXPECT_EQ(balancer.next(any), 0U);
  balancer.set_in_flight(0, 6);
  EXPECT_EQ(balancer.next(any), 1U);
}

TEST(LeastConn, AnIdleServerGoesBeforeALoadedHeavyOne) {
  LeastConn balancer(sixteenths({256, 1}));
  balancer.set_in_flight(0, 1);
  EXPECT_EQ(balancer.next(any), 1U);
}

TEST(LeastConn, SkipsDisabledFullAndWeightlessServers) {
  LeastConn balancer(sixteenths({0, 1, 1, 1}));
  balancer.set_weight(1, 0);
  EXPECT_EQ(balancer.next([](std::size_t server) { return server != 2; }), 3U);
  EXPECT_EQ(balancer.next([](std::size_t) { return false; }), std::nullopt);
  balancer.set_in_flight(0, 5);  // a cookie client; no division by its weight
  balancer.set_weight(2, 0);
  balancer.set_weight(3, 0);
  EXPECT_EQ(balancer.next(any), std::nullopt);
  balancer.set_weight(1, 16);
  EXPECT_EQ(balancer.next(any), 1U);
}

}  // namespace
}  // namespace wslb::proxy::lb

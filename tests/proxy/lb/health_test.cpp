// The expected behaviour was watched on a running HAProxy 2.6.12 (`show stat`, rise 3 fall 4).
#include "proxy/lb/health.h"

#include <chrono>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace wslb::proxy::lb {
namespace {

using namespace std::chrono_literals;

config::CheckParams rise_and_fall(int rise, int fall) {
  config::CheckParams params;
  params.rise = rise;
  params.fall = fall;
  return params;
}

// Feeds '+' and '-' in; returns 'U' or 'D' for each transition, '.' for none.
std::string feed(Health& health, std::string_view results) {
  std::string transitions;
  for (const char result : results) {
    const auto transition = health.on_result(result == '+');
    transitions += !transition ? '.' : *transition == Transition::Up ? 'U' : 'D';
  }
  return transitions;
}

TEST(Health, BeginsUpButTheFirstFailureTakesItDown) {
  Health health(rise_and_fall(3, 4));
  EXPECT_TRUE(health.up());
  EXPECT_EQ(feed(health, "-"), "D");
  EXPECT_FALSE(health.up());
}

TEST(Health, TheFirstSuccessMakesItWholeAtOnce) {
  Health health(rise_and_fall(3, 4));
  EXPECT_EQ(feed(health, "+----"), "....D");
}

TEST(Health, RisesAfterSuccessesInARow) {
  Health health(rise_and_fall(3, 4));
  EXPECT_EQ(feed(health, "-+++"), "D..U");
  EXPECT_EQ(feed(health, "----"), "...D");
  EXPECT_EQ(feed(health, "++-+++"), ".....U");
}

TEST(Health, OneSuccessMakesUpForTheFailuresBefore) {
  Health health(rise_and_fall(2, 3));
  EXPECT_EQ(feed(health, "+--+--+---"), ".........D");
}

TEST(Health, RiseAndFallOfOne) {
  Health health(rise_and_fall(1, 1));
  EXPECT_EQ(feed(health, "-+-+"), "DUDU");
}

TEST(Health, PacesByState) {
  config::CheckParams params = rise_and_fall(2, 3);
  params.inter = 3s;
  params.fastinter = 1s;
  params.downinter = 10s;
  Health health(params);
  feed(health, "+");
  EXPECT_EQ(health.next_delay(), 3s);
  feed(health, "-");
  EXPECT_EQ(health.next_delay(), 1s);
  feed(health, "--");
  EXPECT_EQ(health.next_delay(), 10s);
  feed(health, "+");
  EXPECT_EQ(health.next_delay(), 1s);
  feed(health, "+");
  EXPECT_EQ(health.next_delay(), 3s);
}

TEST(Health, PacesByInterAlone) {
  Health health(rise_and_fall(2, 3));
  feed(health, "+-");
  EXPECT_EQ(health.next_delay(), 2s);
  feed(health, "--");
  EXPECT_EQ(health.next_delay(), 2s);
}

TEST(Health, AfterMaintenanceItIsUpOneFailureFromDown) {
  Health health(rise_and_fall(3, 4));
  feed(health, "-");
  health.reset();
  EXPECT_TRUE(health.up());
  EXPECT_EQ(feed(health, "-"), "D");
}

}  // namespace
}  // namespace wslb::proxy::lb

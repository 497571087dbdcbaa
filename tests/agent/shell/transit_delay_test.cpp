// How late a message is, by clocks that differ.
#include "agent/transit_delay.h"

#include <limits>

#include <gtest/gtest.h>

namespace wslb::agent {
namespace {

using namespace std::chrono_literals;

base::TimePoint at(std::chrono::microseconds time) {
  return base::TimePoint(time);
}

TEST(TransitDelay, IsCountedFromTheFastest) {
  TransitDelay transit;
  EXPECT_EQ(transit.excess(1'000'000, at(5s)), 0us) << "whatever the clocks say";
  EXPECT_EQ(transit.excess(1'100'000, at(5s + 130ms)), 30ms);
  EXPECT_EQ(transit.excess(1'200'000, at(5s + 190ms)), 0us);
  EXPECT_EQ(transit.excess(1'300'000, at(5s + 300ms)), 10ms);
}

TEST(TransitDelay, FollowsClocksThatDriftApart) {
  TransitDelay transit;
  std::chrono::microseconds most{0};
  for (int second = 0; second < 100'000; second += 1) {  // a day and more, at 500 ppm
    const auto received = std::chrono::microseconds(second * 1'000'500LL);
    most = std::max(most,
                    transit.excess(static_cast<std::uint64_t>(second) * 1'000'000, at(received)));
  }
  EXPECT_LT(most, 10ms);
}

TEST(TransitDelay, TakesAnyNumber) {
  TransitDelay transit;
  EXPECT_EQ(transit.excess(std::numeric_limits<std::uint64_t>::max(), at(5s)), 0us);
  EXPECT_GE(transit.excess(std::uint64_t{1} << 63U, at(5s)), 0us);
  EXPECT_GE(transit.excess(0, at(6s)), 0us);
  EXPECT_GE(transit.excess((std::uint64_t{1} << 63U) + 1, at(6s)), 0us);
}

}  // namespace
}  // namespace wslb::agent

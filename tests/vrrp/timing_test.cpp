#include "vrrp/timing.h"

#include <gtest/gtest.h>

namespace wslb::vrrp {
namespace {

using namespace std::chrono_literals;

TEST(VrrpTiming, SkewIsAShareOfTheIntervalInVersion3) {
  EXPECT_EQ(skew_time(3, 100, 1s), 609'375us);
  EXPECT_EQ(skew_time(3, 100, 100ms), 60'937'500ns);
  EXPECT_EQ(skew_time(3, 254, 10ms), 78'125ns) << "must not round to nothing";
  EXPECT_EQ(skew_time(3, 1, 40'950ms), 40'790'039'062ns);
}

TEST(VrrpTiming, SkewIsAShareOfASecondInVersion2) {
  EXPECT_EQ(skew_time(2, 100, 1s), 609'375us);
  EXPECT_EQ(skew_time(2, 100, 10s), 609'375us);
}

TEST(VrrpTiming, ActiveDownIsThreeIntervalsAndTheSkew) {
  EXPECT_EQ(active_down_interval(3, 100, 1s), 3'609'375us);
  EXPECT_EQ(active_down_interval(3, 254, 10ms), 30'078'125ns);
  EXPECT_EQ(active_down_interval(2, 200, 2s), 6'218'750us);
}

TEST(VrrpTiming, HigherPrioritiesAlwaysComeFirst) {
  for (int priority = 2; priority <= 255; ++priority) {
    const auto one = static_cast<std::uint8_t>(priority);
    const auto below = static_cast<std::uint8_t>(priority - 1);
    EXPECT_LT(active_down_interval(3, one, 10ms), active_down_interval(3, below, 10ms));
  }
}

}  // namespace
}  // namespace wslb::vrrp

#include "proxy/rate.h"

#include <gtest/gtest.h>

namespace wslb::proxy {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const base::TimePoint kStart{seconds(1000)};

TEST(RateTest, CountsOneSecond) {
  Rate rate;
  EXPECT_EQ(rate.now(kStart), 0U);
  for (int i = 0; i < 10; ++i) rate.add(kStart + milliseconds(i));
  EXPECT_EQ(rate.now(kStart + milliseconds(500)), 10U);
  EXPECT_EQ(rate.most(), 10U);
}

TEST(RateTest, LetsTheSecondBeforeFadeOut) {
  Rate rate;
  for (int i = 0; i < 10; ++i) rate.add(kStart);
  EXPECT_EQ(rate.now(kStart + milliseconds(1300)), 7U);
  rate.add(kStart + seconds(1));
  EXPECT_EQ(rate.now(kStart + milliseconds(1300)), 8U);
  EXPECT_EQ(rate.now(kStart + seconds(5)), 0U);
}

TEST(RateTest, RemembersTheMostUntilToldToForget) {
  Rate rate;
  for (int i = 0; i < 3; ++i) rate.add(kStart);
  rate.add(kStart + seconds(9));
  EXPECT_EQ(rate.most(), 3U);
  rate.forget_most();
  EXPECT_EQ(rate.most(), 0U);
}

}  // namespace
}  // namespace wslb::proxy

#include "proxy/stick/frequency_counter.h"

#include <gtest/gtest.h>

namespace wslb::proxy::stick {
namespace {

constexpr std::uint32_t kPeriod = 1000;

TEST(FrequencyCounter, CountsWithinAPeriod) {
  FrequencyCounter counter;
  for (Tick now = 5000; now < 5900; now += 100) counter.add(now, kPeriod, 2);
  EXPECT_EQ(counter.total(5900, kPeriod), 18U);
}

TEST(FrequencyCounter, CountsAShrinkingPartOfThePeriodBefore) {
  FrequencyCounter counter{.begun = 5000, .current = 100};
  EXPECT_EQ(counter.total(5999, kPeriod), 100U);
  EXPECT_EQ(counter.total(6250, kPeriod), 75U);
  EXPECT_EQ(counter.total(6900, kPeriod), 10U);
  EXPECT_EQ(counter.total(7001, kPeriod), 0U);
  counter.add(6250, kPeriod, 4);
  EXPECT_EQ(counter.begun, 6000U);
  EXPECT_EQ(counter.previous, 100U);
  EXPECT_EQ(counter.total(6250, kPeriod), 79U);
}

TEST(FrequencyCounter, ASingleEventDoesNotFlap) {
  const FrequencyCounter counter{.begun = 5000, .current = 1};
  EXPECT_EQ(counter.total(6999, kPeriod), 1U);
  EXPECT_EQ(counter.total(7001, kPeriod), 0U);
}

TEST(FrequencyCounter, ForgetsWhatIsTwoPeriodsOld) {
  FrequencyCounter counter{.begun = 5000, .current = 100, .previous = 50};
  counter.add(7000, kPeriod, 1);
  EXPECT_EQ(counter.begun, 7000U);
  EXPECT_EQ(counter.previous, 0U);
  EXPECT_EQ(counter.total(7000, kPeriod), 1U);
}

TEST(FrequencyCounter, GoesOnWhereTheClockWraps) {
  FrequencyCounter counter;
  counter.add(0xffffff00U, kPeriod, 3);
  counter.add(0x00000100U, kPeriod, 3);
  EXPECT_EQ(counter.total(0x00000100U, kPeriod), 6U);
}

}  // namespace
}  // namespace wslb::proxy::stick

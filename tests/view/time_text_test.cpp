#include "view/time_text.h"

#include <gtest/gtest.h>

namespace wslb::view {
namespace {

TEST(Age, UsesTheTwoLargestUnits) {
  EXPECT_EQ(age(-5), "0s");
  EXPECT_EQ(age(59'999), "59s");
  EXPECT_EQ(age(151'000), "2m 31s");
  EXPECT_EQ(age(11'100'000), "3h 5m");
  EXPECT_EQ(age(1'051'200'000), "12d 4h");
  EXPECT_EQ(short_age(151'000), "2m");
}

TEST(Iso8601, HasMilliseconds) {
  EXPECT_EQ(iso8601(1'767'261'600'007), "2026-01-01T10:00:00.007Z");
}

TEST(ShortNumber, HasThreeDigitsAndAUnit) {
  EXPECT_EQ(short_number(0), "0");
  EXPECT_EQ(short_number(9'999), "9999");
  EXPECT_EQ(short_number(10'000), "10.0k");
  EXPECT_EQ(short_number(123'456), "123k");
  EXPECT_EQ(short_number(999'999), "1.0M");
  EXPECT_EQ(short_number(18'446'744'073'709'551'615U), "18.4E");
}

}  // namespace
}  // namespace wslb::view

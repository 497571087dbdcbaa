#include "ctl/keygen.h"

#include <gtest/gtest.h>

namespace wslb::ctl {
namespace {

TEST(Keygen, MakesADifferentLineEachTimeWithTheIdBeforeIt) {
  const auto one = generate_key(std::nullopt);
  const auto other = generate_key(7);
  ASSERT_TRUE(one && other);
  EXPECT_EQ(one->size(), 45U);
  EXPECT_EQ(one->substr(43), "=\n");
  EXPECT_TRUE(other->starts_with("7 "));
  EXPECT_NE(*one, other->substr(2));
}

}  // namespace
}  // namespace wslb::ctl

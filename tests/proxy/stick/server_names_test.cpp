#include "proxy/stick/server_names.h"

#include <gtest/gtest.h>

namespace wslb::proxy::stick {
namespace {

TEST(ServerNames, ANameHasOneNumber) {
  ServerNames names;
  const auto a = names.take("a");
  EXPECT_EQ(names.take("a"), a);
  EXPECT_NE(names.take("b"), a);
  EXPECT_EQ(names.text(a), "a");
  EXPECT_EQ(names.take(""), 0U);
  EXPECT_EQ(names.text(0), "");
}

TEST(ServerNames, ANumberIsUsedAgain) {
  ServerNames names;
  const auto a = names.take("a");
  (void)names.take("a");
  names.give_back(a);
  EXPECT_EQ(names.text(a), "a");
  names.give_back(a);
  EXPECT_EQ(names.take("b"), a);
  EXPECT_EQ(names.text(a), "b");
}

}  // namespace
}  // namespace wslb::proxy::stick

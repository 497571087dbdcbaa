#include "proxy/options.h"

#include <gtest/gtest.h>

namespace wslb::proxy {
namespace {

TEST(Options, HaproxysFlags) {
  const auto options =
      parse_options({"-f", "a.cfg", "-f", "b.cfg", "-c", "-db", "-D", "-p", "pid"});
  ASSERT_TRUE(options);
  EXPECT_FALSE(options->compat_1x);
  EXPECT_EQ(options->files, (std::vector<std::string>{"a.cfg", "b.cfg"}));
  EXPECT_TRUE(options->check_only);
  EXPECT_TRUE(options->foreground);
  EXPECT_TRUE(options->daemon);
  EXPECT_EQ(options->pidfile, "pid");
}

TEST(Options, WordsOfHaproxy1AreAskedFor) {
  const auto options = parse_options({"--compat-1.x", "-f", "a.cfg"});
  ASSERT_TRUE(options);
  EXPECT_TRUE(options->compat_1x);
}

TEST(Options, ConditionsNeedNoFile) {
  const auto options = parse_options({"-cc", "version_atleast(2.4)"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->condition, "version_atleast(2.4)");
  EXPECT_FALSE(parse_options({"-cc"}));
  EXPECT_TRUE(parse_options({"-W", "-dM", "-L", "a", "-f", "a.cfg"}));
}

TEST(Options, RefusesWhatItDoesNotKnowByName) {
  const auto unknown = parse_options({"-f", "a.cfg", "-sf", "1"});
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().message.find("'-sf'"), std::string::npos);
  EXPECT_FALSE(parse_options({"-f"}));
  EXPECT_FALSE(parse_options({}));
}

}  // namespace
}  // namespace wslb::proxy

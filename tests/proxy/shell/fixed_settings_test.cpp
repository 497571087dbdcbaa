#include "proxy/fixed_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wslb::proxy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(FixedSettings, SaysWhatTakesARestart) {
  config::Global started;
  started.nbthread = 2;
  started.stats_sockets.emplace_back().bind.unix_path = "/run/a.sock";
  config::Global wanted = started;
  EXPECT_TRUE(fixed_differences(started, wanted).empty());
  wanted.maxconn = 7;
  wanted.log_tag = "other";
  EXPECT_TRUE(fixed_differences(started, wanted).empty());
  wanted.nbthread = 3;
  wanted.stats_sockets.front().bind.unix_path = "/run/b.sock";
  EXPECT_THAT(fixed_differences(started, wanted),
              ElementsAre(HasSubstr("'nbthread' cannot change"), HasSubstr("'stats socket'")));
}

}  // namespace
}  // namespace wslb::proxy

#include "ctl/failover_watch.h"

#include <gtest/gtest.h>

namespace wslb::ctl {
namespace {

proto::Status status(const std::string& state, const std::string& active, std::int64_t since) {
  proto::Status status;
  auto& section = *status.add_vrrp();
  section.set_name("public");
  section.set_state(state);
  section.set_active_node(active);
  section.set_since_unix_ms(since);
  return status;
}

TEST(FailoverWatch, WaitsUntilAnotherNodeIsActive) {
  const FailoverWatch watch(status("active", "lb1", 100), "", "");
  EXPECT_EQ(watch.look(status("active", "lb1", 100)), Progress::Pending);
  EXPECT_EQ(watch.look(status("backup", "", 200)), Progress::Pending);
  EXPECT_EQ(watch.look(status("backup", "lb2", 200)), Progress::Moved);
}

TEST(FailoverWatch, KnowsTheNodeThatWasAskedFor) {
  const FailoverWatch watch(status("backup", "lb2", 100), "public", "lb1");
  EXPECT_EQ(watch.look(status("backup", "lb3", 100)), Progress::Pending);
  EXPECT_EQ(watch.look(status("active", "lb1", 200)), Progress::Moved);
}

TEST(FailoverWatch, SeesThatNobodyElseTookOver) {
  const FailoverWatch watch(status("active", "lb1", 100), "", "");
  EXPECT_EQ(watch.look(status("active", "lb1", 400)), Progress::CameBack);
}

TEST(FailoverWatch, LooksAtTheSectionThatWasNamedOnly) {
  proto::Status before = status("active", "lb1", 100);
  auto& other = *before.add_vrrp();
  other.set_name("internal");
  other.set_active_node("lb1");
  const FailoverWatch watch(before, "public", "");
  proto::Status now = status("backup", "lb2", 200);
  *now.add_vrrp() = other;
  EXPECT_EQ(watch.look(now), Progress::Moved);
  EXPECT_EQ(watch.describe(now),
            std::vector<std::string>{"public: lb2 is active, before it was lb1"});
}

}  // namespace
}  // namespace wslb::ctl

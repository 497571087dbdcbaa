#include "agent/event_log.h"

#include <vector>

#include <gtest/gtest.h>

namespace wslb::agent {
namespace {

using Clock = std::chrono::system_clock;

void append(EventLog& log, const std::string& text) {
  log.append("vrrp-state", "public", text, Clock::time_point());
}

TEST(EventLog, NumbersEventsFromOneInTheirOrder) {
  EventLog log;
  append(log, "first");
  append(log, "second");
  ASSERT_NE(log.next_after(0), nullptr);
  EXPECT_EQ(log.next_after(0)->text, "first");
  EXPECT_EQ(log.next_after(0)->seq, 1U);
  EXPECT_EQ(log.next_after(1)->text, "second");
  EXPECT_EQ(log.next_after(2), nullptr);
}

TEST(EventLog, KeepsTheChangeOfStateWithItsEvent) {
  EventLog log;
  log.append("vrrp-state", "public", "backup -> active", Clock::time_point(),
             core::Emit::Change{0, core::SectionState::Backup, core::SectionState::Active, 200});
  append(log, "no change");
  ASSERT_TRUE(log.next_after(0)->change);
  EXPECT_EQ(log.next_after(0)->change->to, core::SectionState::Active);
  EXPECT_FALSE(log.next_after(1)->change);
}

TEST(EventLog, ForgetsTheOldestOfMoreThanAThousand) {
  EventLog log;
  for (std::size_t i = 0; i < EventLog::kEventsMax + 5; ++i) append(log, std::to_string(i));
  EXPECT_EQ(log.next_after(0)->seq, 6U);
  EXPECT_EQ(log.next_after(EventLog::kEventsMax + 4)->seq, EventLog::kEventsMax + 5);
}

TEST(EventLog, WakesFollowersUntilTheyLeaveEvenWhileBeingWoken) {
  EventLog log;
  int first = 0;
  int second = 0;
  std::optional<EventLog::Follower> leaving;
  leaving.emplace(log, [&] {
    ++first;
    leaving.reset();
  });
  const EventLog::Follower staying(log, [&] { ++second; });
  append(log, "one");
  append(log, "two");
  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 2);
}

}  // namespace
}  // namespace wslb::agent

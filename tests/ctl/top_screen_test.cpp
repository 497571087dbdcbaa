#include "ctl/top_screen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/view/example.h"

namespace wslb::ctl {
namespace {

using testing::HasSubstr;

proto::Status busy(std::uint64_t sessions, std::uint64_t bytes) {
  proto::Status status = view::example_pair();
  auto& server = *status.add_traffic();
  server.set_kind(proto::TrafficRow::SERVER);
  server.set_proxy("app");
  server.set_server("s1");
  server.set_state("UP");
  server.set_sessions_total(sessions);
  server.set_bytes_out(bytes);
  return status;
}

TEST(TopScreen, ShowsRatesBetweenTwoLooks) {
  TopScreen screen;
  screen.look(busy(100, 1000), 1'000'000);
  EXPECT_THAT(screen.draw({.width = 100}, 24), HasSubstr("-       -        -"));
  screen.look(busy(150, 11'000), 1'002'000);
  const std::string text = screen.draw({.width = 100}, 24);
  EXPECT_THAT(text,
              HasSubstr("app/s1          UP           0     0      0     25       0     5000"))
      << text;
  screen.look(busy(0, 0), 1'003'000);  // another process
  EXPECT_THAT(screen.draw({.width = 100}, 24), HasSubstr("      -       0        -"));
}

TEST(TopScreen, NeverExceedsTheTerminal) {
  TopScreen screen;
  proto::Status status = busy(1, 1);
  for (int i = 0; i < 100; ++i) *status.add_traffic() = status.traffic(0);
  status.mutable_vrrp(0)->add_alarms(std::string(300, 'x'));
  screen.look(status, 1'000'000);
  for (const std::size_t lines : {1UL, 5UL, 24UL}) {
    for (const std::size_t width : {20UL, 80UL}) {
      const std::string text = screen.draw({.colour = true, .width = width}, lines);
      EXPECT_LT(static_cast<std::size_t>(std::ranges::count(text, '\n')), lines);
      std::size_t column = 0;
      bool escape = false;
      for (const char c : text) {
        if (c == '\x1b') escape = true;
        if (!escape && c != '\n') ++column;
        if (escape && c == 'm') escape = false;
        if (c == '\n') column = 0;
        ASSERT_LE(column, width) << text;
      }
    }
  }
}

TEST(TopScreen, KeepsTheLastLookWhenTheAgentIsAway) {
  TopScreen screen;
  screen.look(busy(1, 1), 1'000'000);
  screen.miss("cannot reach wslb-agent\x1b[2J");
  const std::string text = screen.draw({.width = 80}, 24);
  EXPECT_THAT(text, HasSubstr("cannot reach wslb-agent?[2J\nlb1 of edge"));
}

TEST(TopScreen, ShowsTheLastEvents) {
  TopScreen screen;
  screen.look(busy(1, 1), 1'000'000);
  for (int i = 0; i < 9; ++i) {
    proto::Event event;
    event.set_unix_ms(1'767'261'600'007);
    event.set_subject("public");
    event.set_text("number " + std::to_string(i));
    screen.add_event(event);
  }
  const std::string text = screen.draw({.width = 80}, 40);
  EXPECT_THAT(text, HasSubstr("10:00:00 public: number 8"));
  EXPECT_THAT(text, testing::Not(HasSubstr("number 3")));
}

}  // namespace
}  // namespace wslb::ctl

#include "view/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/view/example.h"
#include "view/markup.h"
#include "view/picture.h"
#include "view/time_line.h"

namespace wslb::view {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kNow = 1'767'261'751'250;

proto::Event change(std::int64_t at, const std::string& from, const std::string& to) {
  proto::Event event;
  event.set_unix_ms(at);
  event.set_kind("vrrp-state");
  event.set_subject("public");
  event.set_from(from);
  event.set_state(to);
  event.set_text(from + " -> " + to);
  return event;
}

PageModel model() {
  return {example_pair(), {change(kNow - 600'000, "backup", "active")}, kNow};
}

// Every tag that is opened is closed.
void expect_balanced(const std::string& html) {
  std::vector<std::string> open;
  for (std::size_t i = html.find('<'); i != std::string::npos; i = html.find('<', i + 1)) {
    const std::size_t end = html.find_first_of(" >/", i + 1);
    if (html[i + 1] == '!') continue;
    if (html[i + 1] == '/') {
      const std::string name = html.substr(i + 2, html.find('>', i) - i - 2);
      ASSERT_FALSE(open.empty()) << name;
      ASSERT_EQ(open.back(), name);
      open.pop_back();
      continue;
    }
    const std::string name = html.substr(i + 1, end - i - 1);
    const bool is_void = name == "meta" || html[html.find('>', i) - 1] == '/';
    if (!is_void) open.push_back(name);
  }
  EXPECT_TRUE(open.empty()) << open.back();
}

TEST(Page, ShowsThatAllIsWell) {
  const std::string html = page_html(model());
  expect_balanced(html);
  for (const char* text : {"All is well", "lb1 is active; lb2 can take over now", "10.0.0.100/24",
                           "<svg class=\"picture\"", "host active", "span active",
                           "http-equiv=\"refresh\" content=\"5\"", "in step"}) {
    EXPECT_THAT(html, HasSubstr(text));
  }
}

TEST(Page, LoadsNothingFromElsewhere) {
  const std::string html = page_html(model());
  for (const char* text : {"http://", "https://", "src=", "@import", "url(", "<link"}) {
    EXPECT_THAT(html, Not(HasSubstr(text)));
  }
}

TEST(Page, WhateverANameIsItStaysText) {
  PageModel hostile = model();
  const std::string evil = "<script>alert(1)</script>\"'&\x1b\xff";
  hostile.status.set_node(evil);
  hostile.status.set_cluster(evil);
  hostile.status.mutable_vrrp(0)->set_reason(evil);
  hostile.status.mutable_vrrp(0)->add_alarms(evil);
  auto& server = *hostile.status.add_traffic();
  server.set_kind(proto::TrafficRow::SERVER);
  server.set_proxy(evil);
  server.set_detail(evil);
  auto& backend = *hostile.status.add_traffic();
  backend.set_kind(proto::TrafficRow::BACKEND);
  backend.set_proxy(evil);
  hostile.events.push_back(change(kNow, evil, evil));
  const std::string html = page_html(hostile);
  EXPECT_THAT(html, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(html, Not(HasSubstr("\x1b")));
  expect_balanced(html);
}

TEST(Page, ListsAlarms) {
  PageModel bad = model();
  bad.status.mutable_peers(0)->set_state("connecting");
  const std::string html = page_html(bad);
  EXPECT_THAT(html, HasSubstr("1 alarm</h2>"));
  EXPECT_THAT(html, HasSubstr("nobody can take over"));
  EXPECT_THAT(html, HasSubstr("wire broken"));
}

TEST(Picture, HoldsAsManyHostsAsThereAre) {
  proto::Status status = example_pair();
  for (const char* name : {"lb3", "lb4"}) {
    *status.add_peers() = status.peers(0);
    status.mutable_peers(status.peers_size() - 1)->set_node(name);
  }
  const std::string svg = cluster_picture(status);
  expect_balanced(svg);
  for (const char* name : {"lb1 (this node)", ">lb2<", ">lb3<", ">lb4<"}) {
    EXPECT_THAT(svg, HasSubstr(name));
  }
}

TEST(TimeLine, HasASpanForEachState) {
  const std::vector<proto::Event> events{change(kNow - 100'000, "init", "backup"),
                                         change(kNow - 50'000, "backup", "active")};
  const std::string svg = failover_time_line(example_pair(), events, kNow);
  expect_balanced(svg);
  EXPECT_THAT(svg, HasSubstr("class=\"span backup\"><title>backup since 2026-01-01T10:00:51.250Z, "
                             "for 50s"));
  EXPECT_THAT(svg, HasSubstr("for 50s</title></rect><rect"));
  EXPECT_THAT(svg, HasSubstr("class=\"span active\""));
}

TEST(TimeLine, WithoutEventsItIsEmpty) {
  const std::string svg = failover_time_line(example_pair(), {}, kNow);
  expect_balanced(svg);
  EXPECT_THAT(svg, Not(HasSubstr("class=\"span")));
}

}  // namespace
}  // namespace wslb::view

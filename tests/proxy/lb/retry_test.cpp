// The expected verdicts are what a running HAProxy 2.6.12 did: total delay and final server.
#include "proxy/lb/retry.h"

#include <chrono>

#include <gtest/gtest.h>

#include "base/overloaded.h"

namespace wslb::proxy::lb {
namespace {

using namespace std::chrono_literals;

config::ProxySection section_with(std::optional<int> redispatch, int retries = 3) {
  config::ProxySection section;
  section.retries = retries;
  section.options.redispatch = redispatch;
  section.timeouts.connect = 5s;
  return section;
}

struct Course {
  base::Duration waited{0};
  bool redispatched = false;

  bool operator==(const Course&) const = default;
};

// Lets one server fail until the policy leaves it for another or gives up.
Course course_of(const config::ProxySection& section, ConnectFailure failure) {
  Course course;
  for (failure.failures = 1;; ++failure.failures) {
    const RetryVerdict verdict = after_connect_failure(section, failure);
    const bool ended = std::visit(base::Overloaded{[&](const RetrySame& same) {
                                                     course.waited += same.delay;
                                                     return false;
                                                   },
                                                   [&](const Redispatch& other) {
                                                     course.waited += other.delay;
                                                     course.redispatched = true;
                                                     return true;
                                                   },
                                                   [](const GiveUp&) { return true; }},
                                  verdict);
    if (ended) return course;
  }
}

const ConnectFailure kByCookie{.by_cookie = true, .usable_servers = 2};
const ConnectFailure kBalanced{.by_cookie = false, .usable_servers = 2};

TEST(Retry, WithoutRedispatchItStaysAndGivesUpAfterThreeSeconds) {
  EXPECT_EQ(course_of(section_with(std::nullopt), kByCookie), (Course{3s, false}));
  EXPECT_EQ(course_of(section_with(std::nullopt), kBalanced), (Course{3s, false}));
}

TEST(Retry, WithCookieTheLastRetryGoesToAnother) {
  EXPECT_EQ(course_of(section_with(-1), kByCookie), (Course{2s, true}));
  ConnectFailure forced = kByCookie;
  forced.forced = true;
  EXPECT_EQ(course_of(section_with(-1), forced), (Course{3s, false}));
}

TEST(Retry, EveryNthRetryGoesToAnother) {
  EXPECT_EQ(course_of(section_with(1), kByCookie), (Course{0s, true}));
  EXPECT_EQ(course_of(section_with(2, 5), kByCookie), (Course{1s, true}));
  EXPECT_EQ(course_of(section_with(3, 5), kByCookie), (Course{2s, true}));
  EXPECT_EQ(course_of(section_with(-2, 5), kByCookie), (Course{3s, true}));
}

TEST(Retry, WithoutCookieItGoesToAnotherAtOnce) {
  EXPECT_EQ(course_of(section_with(-1), kBalanced), (Course{0s, true}));
  EXPECT_EQ(course_of(section_with(3), kBalanced), (Course{0s, true}));
}

TEST(Retry, TheOnlyServerIsTriedAgain) {
  EXPECT_EQ(course_of(section_with(-1), {.usable_servers = 1}), (Course{3s, false}));
  EXPECT_EQ(course_of(section_with(1), {.by_cookie = true, .usable_servers = 1}),
            (Course{3s, false}));
}

TEST(Retry, FromADrainingServerTheOnlyUsableOneIsAnother) {
  EXPECT_EQ(
      course_of(section_with(-1), {.by_cookie = true, .usable_servers = 1, .server_usable = false}),
      (Course{2s, true}));
  EXPECT_EQ(
      course_of(section_with(-1), {.by_cookie = true, .usable_servers = 0, .server_usable = false}),
      (Course{3s, false}));
}

TEST(Retry, NoRetriesMeansNone) {
  EXPECT_EQ(course_of(section_with(-1, 0), kBalanced), (Course{0s, false}));
}

TEST(Retry, TheTurnaroundIsTheConnectTimeoutWhereThatIsShorter) {
  config::ProxySection section = section_with(std::nullopt);
  section.timeouts.connect = 200ms;
  EXPECT_EQ(course_of(section, kByCookie).waited, 600ms);
  section.timeouts.connect.reset();
  EXPECT_EQ(course_of(section, kByCookie).waited, 3s);
  section.timeouts.connect = 0ms;
  EXPECT_EQ(course_of(section, kByCookie).waited, 3s);
}

TEST(Retry, AfterATimeoutThereIsNoTurnaround) {
  ConnectFailure failure = kByCookie;
  failure.timed_out = true;
  EXPECT_EQ(course_of(section_with(std::nullopt), failure), (Course{0s, false}));
}

}  // namespace
}  // namespace wslb::proxy::lb

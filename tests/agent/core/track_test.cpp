// What else keeps a section out of the election: tracked files and checks, start-delay; and what
// brings it in at once: priority 255, and an agent that was killed and is back in time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/core/host.h"

namespace wslb::agent::core {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TrackChanged down(std::string what) {
  return {.what = what, .up = false, .reason = what + ": out for lunch"};
}

TEST(Track, AFileIsAFaultWhileItSaysSo) {
  config::Config config = pair_config();
  config.vrrps[0].track_files = {"/run/maintenance"};
  Host host(config);
  host.feed(TrackChanged{"file /run/maintenance", true, ""});
  host.boot();
  host.run(322ms);
  EXPECT_THAT(host.feed(down("file /run/maintenance")),
              ElementsAre("event track file /run/maintenance: failed: file /run/maintenance: out "
                          "for lunch",
                          "remove vips public", "advert 0 -> 224.0.0.18",
                          "event vrrp-state public: active -> fault: tracked: file "
                          "/run/maintenance: out for lunch"));
  host.feed(TrackChanged{"file /run/maintenance", true, ""});
  EXPECT_EQ(host.state(), SectionState::Backup);
}

TEST(Track, ACheckIsWaitedForAndThenObeyed) {
  config::Config config = pair_config();
  config.vrrps[0].track_checks.emplace_back().url = "http://10.0.0.1/up";
  Host host(config);
  host.link("eth0", true, true, "10.0.0.11");
  host.feed(Start{});
  host.proxy(true);
  EXPECT_EQ(host.state(), SectionState::Init);
  EXPECT_THAT(host.section().reason, HasSubstr("first result of check http://10.0.0.1/up"));
  host.feed(TrackChanged{"check http://10.0.0.1/up", true, ""});
  EXPECT_EQ(host.state(), SectionState::Backup);
  host.feed(down("check http://10.0.0.1/up"));
  EXPECT_EQ(host.state(), SectionState::Fault);
}

config::Config delayed() {
  config::Config config = pair_config();
  config.vrrps[0].start_delay = 10s;
  return config;
}

TEST(StartDelay, KeepsANodeOutOfTheElectionUntilItIsOver) {
  Host host(delayed());
  host.link("eth0", true, true, "10.0.0.11");
  host.feed(Start{});
  host.proxy(true);
  EXPECT_EQ(host.state(), SectionState::Init);
  EXPECT_THAT(host.section().reason, HasSubstr("start-delay"));
  host.run(9999ms);
  EXPECT_EQ(host.state(), SectionState::Init);
  host.run(1ms);
  EXPECT_EQ(host.state(), SectionState::Backup);
  host.run(322ms);
  EXPECT_EQ(host.state(), SectionState::Active);
}

TEST(StartDelay, EndsWithTheFirstAdvertThatIsHeard) {
  Host host(delayed());
  host.link("eth0", true, true, "10.0.0.11");
  host.feed(Start{});
  host.proxy(true);
  host.run(1s);
  host.advert(199);
  EXPECT_EQ(host.state(), SectionState::Backup);
}

TEST(StartDelay, LeavesNoTimerBehindWhileSomethingElseIsWaitedFor) {
  Host host(delayed());
  host.link("eth0", true, true, "10.0.0.11");
  host.feed(Start{});
  host.run(11s);
  EXPECT_FALSE(host.node().next_expiry()) << "only the proxy is waited for";
}

TEST(StartDelay, BeginsAnewWhenTheLinkReturns) {
  Host host(delayed());
  host.link("eth0", true, true, "10.0.0.11");
  host.feed(Start{});
  host.proxy(true);
  host.run(11s);
  ASSERT_EQ(host.state(), SectionState::Active);
  host.link("eth0", true, false, "10.0.0.11");
  EXPECT_EQ(host.state(), SectionState::Fault);
  host.link("eth0", true, true, "10.0.0.11");
  EXPECT_EQ(host.state(), SectionState::Init);
  host.run(10s);
  EXPECT_EQ(host.state(), SectionState::Backup);
}

TEST(Priority255, IsActiveAtOnceAndTakesOverWhateverPreemptSays) {
  config::Config config = pair_config();
  config.vrrps[0].priorities = {{"lb1", 255}};
  Host host(config);
  host.link("eth0", true, true, "10.0.0.11");
  host.feed(Start{});
  host.proxy(true);
  EXPECT_EQ(host.state(), SectionState::Active);
  EXPECT_THAT(actions(host.advert(254)),
              ElementsAre("advert 255 -> 224.0.0.18", "announce public x1"));
}

Start restart(const Host& host, base::Duration ago, std::int32_t proxy_pid = 4711) {
  return {.inherited = {{.section = 0, .last_advert = host.now() - ago}}, .proxy_pid = proxy_pid};
}

TEST(Restart, GoesOnAtOnceWhereNobodyCanHaveTakenOver) {
  Host host;
  host.link("eth0", true, true, "10.0.0.11");
  EXPECT_THAT(host.feed(restart(host, 250ms)),
              ElementsAre("advert 200 -> 224.0.0.18", "add vips public", "announce public x3",
                          "event vrrp-state public: init -> active: goes on where the agent before "
                          "it was killed"));
  host.run(500ms);
  host.proxy(true);
  EXPECT_THAT(events(host.run(10s)), IsEmpty());
  EXPECT_EQ(host.state(), SectionState::Active);
}

TEST(Restart, GivesUpWhenTheProxyDoesNotReportInASecond) {
  Host host;
  host.link("eth0", true, true, "10.0.0.11");
  host.feed(restart(host, 250ms));
  host.run(999ms);
  EXPECT_EQ(host.state(), SectionState::Active);
  EXPECT_THAT(actions(host.run(1ms)),
              AllOf(Contains("remove vips public"), Contains("advert 0 -> 224.0.0.18")));
  EXPECT_EQ(host.state(), SectionState::Init);
}

TEST(Restart, GivesUpAtOnceWhenAPeerMayHaveTakenOver) {
  Host host;
  host.link("eth0", true, true, "10.0.0.11");
  EXPECT_THAT(actions(host.feed(restart(host, 300ms))),
              ElementsAre("remove vips public", "advert 0 -> 224.0.0.18"));
  EXPECT_EQ(host.state(), SectionState::Init);
}

TEST(Restart, IsSilentWhenSomebodyElseMustBeActiveByNow) {
  Host host;
  host.link("eth0", true, true, "10.0.0.11");
  EXPECT_THAT(actions(host.feed(restart(host, 2s))), ElementsAre("remove vips public"));
}

TEST(Restart, GivesUpAtOnceWhenTheProxyIsDeadToo) {
  Host host;
  host.link("eth0", true, true, "10.0.0.11");
  EXPECT_THAT(actions(host.feed(restart(host, 100ms, 0))),
              ElementsAre("remove vips public", "advert 0 -> 224.0.0.18"));
}

TEST(Restart, GoesOnWhileTrackedChecksHaveNotReportedYet) {
  config::Config config = pair_config();
  config::UrlCheck& check = config.vrrps[0].track_checks.emplace_back();
  check.url = "http://10.0.0.1/up";
  check.inter = 1s;
  check.rise = 2;
  Host host(config);
  host.link("eth0", true, true, "10.0.0.11");
  host.feed(restart(host, 100ms));
  host.proxy(true);
  host.run(2999ms);
  EXPECT_EQ(host.state(), SectionState::Active);
  host.feed(TrackChanged{"check http://10.0.0.1/up", true, ""});
  EXPECT_THAT(events(host.run(10s)), IsEmpty());
  EXPECT_EQ(host.state(), SectionState::Active);
}

TEST(Restart, AGroupGoesOnAsAWholeOrNotAtAll) {
  config::Config config = pair_config();
  config.vrrps.push_back(vrrp_section("second", "eth1", 52));
  config.vrrps[0].group = config.vrrps[1].group = "web";
  Host host(config);
  host.link("eth0", true, true, "10.0.0.11");
  host.link("eth1", true, true, "10.0.0.11");
  Start start = restart(host, 100ms);
  EXPECT_THAT(actions(host.feed(start)),
              ElementsAre("remove vips public", "advert 0 -> 224.0.0.18"));
}

}  // namespace
}  // namespace wslb::agent::core

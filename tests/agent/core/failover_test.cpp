#include "agent/core/failover.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/core/host.h"

namespace wslb::agent::core {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

config::Config three_nodes() {
  config::Config config = pair_config();
  config.cluster->nodes.push_back({"lb3", ip("10.0.0.13"), {}});
  return config;
}

TEST(Failover, TheActiveNodeResigns) {
  Host host;
  host.boot();
  host.run(322ms);
  EXPECT_THAT(host.failover(),
              ElementsAre("event command public: failover: given up; the best backup takes over",
                          "remove vips public",
                          "event vrrp-state public: active -> backup: failover command",
                          "advert 0 -> 224.0.0.18",
                          "accepted public: given up; the best backup takes over"));
}

TEST(Failover, WithNobodyToTakeOverTheVipComesBack) {
  Host host;
  host.boot();
  host.run(322ms);
  host.failover();
  EXPECT_THAT(host.run(321ms), IsEmpty());
  host.run(1ms);
  EXPECT_EQ(host.state(), SectionState::Active);
}

TEST(Failover, TheNodeThatGaveUpDoesNotPreemptTheOneThatTookOver) {
  Host host(preempting_pair());
  host.boot();
  host.run(322ms);
  host.failover();
  for (int i = 0; i < 50; ++i) {
    host.run(100ms);
    host.advert(199);
  }
  EXPECT_EQ(host.state(), SectionState::Backup);
  host.run(322ms);
  EXPECT_EQ(host.state(), SectionState::Active) << "it still stands in for a dead peer";
}

TEST(Failover, ABackupTakesOverByOutbiddingTheActiveNode) {
  Host host(pair_config(), "lb2");
  host.boot();
  host.advert(200, "10.0.0.99");
  host.run(50ms);
  host.advert(200, "10.0.0.99");
  EXPECT_THAT(actions(host.failover()),
              ElementsAre("advert 254 -> 224.0.0.18", "add vips public", "announce public x3",
                          "accepted public: taken over from 10.0.0.99 by lb2"));
}

// lb2 takes over from lb1; lb1's side of it is the next test.
TEST(Failover, ThePriorityFallsBackWhenTheOtherNodeIsSilent) {
  Host host(pair_config(), "lb2");
  host.link("eth0", true, true, "10.0.0.12");
  host.proxy(true);
  host.feed(Start{});
  host.advert(200, "10.0.0.11");
  host.failover("public", "lb2");
  EXPECT_EQ(host.section().priority, 254);
  host.advert(200, "10.0.0.11");
  host.run(290ms);
  EXPECT_EQ(host.section().priority, 254) << "it has been heard since";
  host.run(100ms);
  EXPECT_EQ(host.section().priority, 199);
  EXPECT_EQ(host.state(), SectionState::Active);
}

TEST(Failover, ANodeThatWasOutbidDoesNotPreemptAgain) {
  Host host(preempting_pair());
  host.boot();
  host.run(322ms);
  EXPECT_THAT(actions(host.advert(254)), ElementsAre("remove vips public"));
  for (int i = 0; i < 50; ++i) {
    host.run(100ms);
    host.advert(199);
  }
  EXPECT_EQ(host.state(), SectionState::Backup);
  EXPECT_THAT(host.failover("", "lb1"), Contains("accepted public: taken over from lb2 by lb1"));
}

TEST(Failover, AgainstAStrangerThePriorityStays) {
  Host host;
  host.boot();
  host.advert(220, "10.0.0.99");
  host.failover();
  host.run(60s);
  EXPECT_EQ(host.section().priority, 254) << "a Keepalived that preempts would take it back";
  host.failover();
  EXPECT_EQ(host.section().priority, 200);
}

TEST(Failover, ALoserReturnsToItsOwnPriority) {
  Host host;
  host.boot();
  host.advert(199);
  host.failover();
  host.advert(255);
  EXPECT_EQ(host.state(), SectionState::Backup);
  EXPECT_EQ(host.section().priority, 200);
}

TEST(Failover, AnOwnerCannotBeOutbid) {
  Host host;
  host.boot();
  host.advert(255);
  EXPECT_THAT(actions(host.failover()),
              ElementsAre("refused public: refused: lb2 is active with priority 255, which lb1 "
                          "cannot outbid; run this command there"));
}

TEST(Failover, InFaultItRefusesWithTheReason) {
  Host host;
  host.boot();
  host.proxy(false);
  EXPECT_THAT(actions(host.failover("public", "lb1")),
              ElementsAre("refused public: refused: it is in fault on lb1 and cannot take over: "
                          "the proxy is down: it was killed"));
}

TEST(Failover, ToTheNodeThatIsActiveAlreadyDoesNothing) {
  Host host;
  host.boot();
  host.advert(199);
  EXPECT_THAT(actions(host.failover("", "lb2")),
              ElementsAre("accepted public: is active on lb2 already"));
  host.run(322ms);
  EXPECT_THAT(actions(host.failover("", "lb1")),
              ElementsAre("accepted public: is active on lb1 already"));
}

TEST(Failover, OfThreeNodesTheActiveOneCannotChoose) {
  Host host(three_nodes());
  host.boot();
  host.run(322ms);
  EXPECT_THAT(actions(host.failover("public", "lb3")),
              ElementsAre("refused public: refused: VRRP lets the best backup take over, not a "
                          "chosen one; run this command on lb3"));
  EXPECT_EQ(host.state(), SectionState::Active);
}

TEST(Failover, ABackupCannotMoveTheVipBetweenOthers) {
  Host host(three_nodes());
  host.boot();
  host.advert(199);
  EXPECT_THAT(actions(host.failover("public", "lb3")),
              ElementsAre("refused public: refused: only the active node can give it up and only "
                          "lb3 can take it; run this command on lb3"));
}

TEST(Failover, UnknownNamesAreRefused) {
  Host host;
  host.boot();
  EXPECT_THAT(host.failover("pubic"), ElementsAre("refused there is no vrrp section 'pubic'"));
  EXPECT_THAT(host.failover("", "lb9"), ElementsAre("refused there is no node 'lb9' in cluster "
                                                    "edge"));
}

}  // namespace
}  // namespace wslb::agent::core

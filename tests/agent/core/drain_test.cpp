// A drained node: it gives up what it has, and takes nothing while anybody else does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/core/host.h"

namespace wslb::agent::core {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

// boot() gives every host the address of lb1.
void boot_lb2(Host& host) {
  host.link("eth0", true, true, "10.0.0.12");
  host.feed(Start{});
  host.proxy(true);
  ASSERT_EQ(host.state(), SectionState::Backup);
}

TEST(Drain, TheActiveNodeGivesItsVipsUp) {
  Host host;
  host.boot();
  host.run(322ms);
  EXPECT_THAT(
      host.feed(Drain{true}),
      ElementsAre("event command lb1: drained: it takes no VIP while another node can",
                  "remove vips public", "event vrrp-state public: active -> backup: drained",
                  "advert 0 -> 224.0.0.18",
                  "accepted lb1 is drained: it takes no VIP while another node can"));
  EXPECT_TRUE(host.node().status(host.now()).drained);
  EXPECT_THAT(host.feed(Drain{true}), ElementsAre("accepted lb1 is drained already"));
}

TEST(Drain, TheVipComesBackWhereNobodyElseTakesIt) {
  Host host;
  host.boot();
  host.run(322ms);
  host.feed(Drain{true});
  host.run(399ms);  // 3 intervals and the skew of the lowest priority
  EXPECT_EQ(host.state(), SectionState::Backup);
  EXPECT_THAT(actions(host.run(1ms)), Contains("advert 1 -> 224.0.0.18"));
  EXPECT_EQ(host.state(), SectionState::Active);
}

TEST(Drain, GivesWayToWhoeverComes) {
  Host host;
  host.boot();
  host.feed(Drain{true});
  host.run(500ms);
  ASSERT_EQ(host.state(), SectionState::Active);
  host.advert(199);
  EXPECT_EQ(host.state(), SectionState::Backup);
}

TEST(Drain, DoesNotPreempt) {
  Host host(preempting_pair());
  host.boot();
  host.feed(Drain{true});
  for (int i = 0; i < 20; ++i) {
    host.run(100ms);
    host.advert(199);
  }
  EXPECT_EQ(host.state(), SectionState::Backup);
  host.feed(Drain{false});
  for (int i = 0; i < 5; ++i) {
    host.run(100ms);
    host.advert(199);
  }
  EXPECT_EQ(host.state(), SectionState::Active) << "and then it preempts again";
}

TEST(Drain, ThePeerRelievesADrainedNodeWhateverPreemptSays) {
  Host host(pair_config(), "lb2");
  boot_lb2(host);
  for (int i = 0; i < 3; ++i) {
    host.advert(1, "10.0.0.11");
    host.run(100ms);
  }
  EXPECT_EQ(host.state(), SectionState::Backup);
  host.advert(1, "10.0.0.11");
  host.run(23ms);
  EXPECT_EQ(host.state(), SectionState::Active);
  EXPECT_THAT(host.section().alarms, IsEmpty()) << "such a priority is no mistake";
}

TEST(Drain, ANodeThatGaveItsVipsUpByCommandRelievesADrainedOneToo) {
  Host host;
  host.boot();
  host.run(322ms);
  host.failover();
  for (int i = 0; i < 10; ++i) {  // so that it is not the other one's silence
    host.advert(1);
    host.run(50ms);
  }
  EXPECT_EQ(host.state(), SectionState::Active);
}

TEST(Drain, IsNoAimOfAFailover) {
  Host host;
  host.boot();
  host.run(322ms);
  const auto refused = Contains(
      "refused public: refused: lb2 is drained and takes nothing over; run 'wslbctl undrain' "
      "there");
  EXPECT_THAT(host.feed(Failover{.vrrp = "", .to = "", .drained = {"lb2"}}), refused);
  EXPECT_THAT(host.feed(Failover{.vrrp = "", .to = "lb2", .drained = {"lb2"}}), refused);
  EXPECT_EQ(host.state(), SectionState::Active);
}

TEST(Drain, ANodeSucceedsAtOnceOnlyWhereThereIsNoThird) {
  for (const bool third : {false, true}) {
    config::Config config = pair_config();
    if (third) config.cluster->nodes.push_back({"lb3", ip("10.0.0.13"), {}});
    Host host(config);
    host.boot();
    host.feed(Drain{true});
    host.advert(199);
    host.advert(0);
    host.run(0ms);
    EXPECT_EQ(host.state(), third ? SectionState::Backup : SectionState::Active);
    host.run(100ms);  // the skew of the lowest priority
    EXPECT_EQ(host.state(), SectionState::Active);
  }
}

TEST(Drain, TwoDrainedNodesDoNotRelieveEachOther) {
  Host host(pair_config(), "lb2");
  boot_lb2(host);
  host.feed(Drain{true});
  for (int i = 0; i < 20; ++i) {
    host.run(100ms);
    host.advert(1, "10.0.0.11");
  }
  EXPECT_EQ(host.state(), SectionState::Backup);
}

TEST(Drain, RefusesToTakeOverByCommand) {
  Host host;
  host.boot();
  host.feed(Drain{true});
  host.advert(199);
  EXPECT_THAT(host.failover(),
              Contains("refused public: refused: lb1 is drained and takes nothing over; 'wslbctl "
                       "undrain' ends that"));
  EXPECT_EQ(host.state(), SectionState::Backup);
}

TEST(Drain, OutlivesTheAgent) {
  Host host;
  host.link("eth0", true, true, "10.0.0.11");
  host.feed(Start{.drained = true});
  host.proxy(true);
  EXPECT_EQ(host.section().priority, 1);
  host.run(398ms);
  EXPECT_EQ(host.state(), SectionState::Backup);
  host.feed(Drain{false});
  EXPECT_EQ(host.section().priority, 200);
}

TEST(Drain, EndsATakeOverByCommand) {
  Host host;
  host.boot();
  host.advert(199);
  host.failover();
  ASSERT_EQ(host.state(), SectionState::Active);
  ASSERT_EQ(host.section().priority, 254);
  host.feed(Drain{true});
  EXPECT_EQ(host.state(), SectionState::Backup);
  EXPECT_EQ(host.section().priority, 1);
}

TEST(Drain, CountsChangesOfState) {
  Host host;
  host.boot();
  host.run(322ms);
  host.feed(Drain{true});
  EXPECT_EQ(host.count("entered-active"), 1U);
  EXPECT_EQ(host.count("entered-backup"), 2U);
}

}  // namespace
}  // namespace wslb::agent::core

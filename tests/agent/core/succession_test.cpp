// A dead proxy whose connections are kept for the next one: how long it is waited for, and what
// happens when nobody comes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/core/host.h"

namespace wslb::agent::core {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

class SuccessionTest : public testing::Test {
 protected:
  void SetUp() override {
    host_.boot();
    host_.run(322ms);
    ASSERT_EQ(host_.state(), SectionState::Active);
  }

  Lines die(Host& host, bool kept = true) {
    return host.feed(
        ProxyChanged{.up = false, .pid = 0, .reason = "process 4711 died", .kept = kept});
  }
  Lines die(bool kept = true) { return die(host_, kept); }
  Lines succeed() { return host_.feed(ProxyChanged{.up = true, .pid = 4720, .reason = ""}); }
  [[nodiscard]] ProxyStatus proxy() const { return host_.node().status(host_.now()).proxy; }

  // Without the adverts.
  Lines run(base::Duration duration) {
    Lines lines = host_.run(duration);
    std::erase_if(lines, [](const std::string& line) { return line.starts_with("advert 200"); });
    std::erase_if(lines, [](const std::string& line) { return line.starts_with("announce "); });
    std::erase_if(lines, [](const std::string& line) { return line.starts_with("probe "); });
    return lines;
  }

  Host host_;
};

TEST_F(SuccessionTest, ASuccessorInTimeIsOneEventAndNothingMoves) {
  EXPECT_THAT(die(), IsEmpty());
  EXPECT_TRUE(proxy().awaited);
  EXPECT_EQ(proxy().pid, 0);
  EXPECT_THAT(run(84ms), IsEmpty());
  EXPECT_THAT(succeed(), ElementsAre("event proxy proxy: process 4711 died; process 4720 goes on "
                                     "after 84 ms"));
  EXPECT_EQ(proxy().restarts, 1U);
  EXPECT_EQ(proxy().pid, 4720);
  EXPECT_FALSE(proxy().awaited);
  EXPECT_THAT(run(2s), IsEmpty());
  EXPECT_EQ(host_.state(), SectionState::Active);
}

TEST_F(SuccessionTest, AdvertsGoOnMeanwhile) {
  die();
  const Lines lines = host_.run(250ms);
  EXPECT_THAT(lines, testing::Contains("advert 200 -> 224.0.0.18"));
}

TEST_F(SuccessionTest, WhenTheTimeIsOverTheConnectionsEndAndThenTheVipMoves) {
  die();
  EXPECT_THAT(run(299ms), IsEmpty());
  EXPECT_THAT(run(1ms), ElementsAre("end kept"));
  EXPECT_THAT(run(5ms), IsEmpty());
  EXPECT_EQ(host_.state(), SectionState::Active) << "the ends leave from the VIP";
  EXPECT_THAT(host_.feed(KeptEnded{}),
              ElementsAre("event proxy proxy: down: process 4711 died, and no successor was ready "
                          "within 300 ms",
                          "remove vips public", "advert 0 -> 224.0.0.18",
                          "event vrrp-state public: active -> fault: the proxy is down: process "
                          "4711 died, and no successor was ready within 300 ms"));
  EXPECT_FALSE(proxy().awaited);
  EXPECT_THAT(run(10s), IsEmpty());
  EXPECT_THAT(succeed(), ElementsAre("event proxy proxy: up, process 4720",
                                     "event vrrp-state public: fault -> backup: fit for the "
                                     "election"));
  EXPECT_EQ(proxy().restarts, 1U);
}

TEST_F(SuccessionTest, TheVipWaitsForTheEndsForAMomentOnly) {
  die();
  run(300ms);
  EXPECT_THAT(run(99ms), IsEmpty());
  EXPECT_THAT(actions(run(1ms)), ElementsAre("remove vips public", "advert 0 -> 224.0.0.18"));
  EXPECT_THAT(host_.feed(KeptEnded{}), IsEmpty()) << "it comes too late to say anything";
}

TEST_F(SuccessionTest, ASuccessorWhileTheConnectionsEndKeepsTheVip) {
  die();
  run(302ms);
  EXPECT_THAT(succeed(), ElementsAre("event proxy proxy: process 4711 died; process 4720 goes on "
                                     "after 302 ms, without its connections"));
  EXPECT_THAT(host_.feed(KeptEnded{}), IsEmpty());
  EXPECT_THAT(run(2s), IsEmpty());
  EXPECT_EQ(host_.state(), SectionState::Active);
}

TEST_F(SuccessionTest, EachDeathHasATimeOfItsOwn) {
  for (int i = 0; i < 5; ++i) {
    die();
    EXPECT_THAT(run(290ms), IsEmpty());
    EXPECT_THAT(succeed(), testing::SizeIs(1));
  }
  EXPECT_EQ(proxy().restarts, 5U);
  die();
  EXPECT_THAT(run(300ms), ElementsAre("end kept"));
}

TEST_F(SuccessionTest, WhatIsNotKeptOrHangsIsLostAtOnce) {
  EXPECT_THAT(actions(die(false)), ElementsAre("remove vips public", "advert 0 -> 224.0.0.18"));
  EXPECT_EQ(host_.section().reason, "the proxy is down: process 4711 died");
  // It was lost before, so nobody waits.
  EXPECT_THAT(die(), ElementsAre("event proxy proxy: down: process 4711 died"));
  EXPECT_THAT(run(1s), IsEmpty());
}

TEST_F(SuccessionTest, AHangAfterADeathIsLostAtOnce) {
  die();
  EXPECT_THAT(actions(die(false)), ElementsAre("remove vips public", "advert 0 -> 224.0.0.18"));
  EXPECT_THAT(run(1s), IsEmpty());
}

TEST_F(SuccessionTest, AnotherFaultMovesTheVipMeanwhile) {
  die();
  EXPECT_THAT(actions(host_.link("eth0", true, false, "10.0.0.11")),
              ElementsAre("remove vips public"));
  EXPECT_THAT(run(300ms), ElementsAre("end kept"));
}

TEST(Succession, WithoutThePatienceOrTheVaultNobodyIsWaitedFor) {
  config::Config none = pair_config();
  none.cluster->takeover_after = 0ms;
  config::Config off = pair_config();
  off.cluster->vault = false;
  config::Config external = pair_config();
  external.cluster->external_proxy.emplace();
  for (const config::Config& config : {none, off, external}) {
    Host host(config);
    host.boot();
    host.run(322ms);
    EXPECT_THAT(actions(host.feed(ProxyChanged{
                    .up = false, .pid = 0, .reason = "process 4711 died", .kept = true})),
                ElementsAre("remove vips public", "advert 0 -> 224.0.0.18"));
  }
}

TEST(Succession, BeforeItsStartANodeWaitsForNobody) {
  Host host;
  host.link("eth0", true, true, "10.0.0.11");
  host.proxy(true);
  EXPECT_THAT(host.feed(ProxyChanged{.up = false, .pid = 0, .reason = "it died", .kept = true}),
              ElementsAre("event proxy proxy: down: it died"));
}

TEST(Succession, ABackupWaitsToo) {
  Host host;
  host.boot();
  host.advert(250);
  host.feed(ProxyChanged{.up = false, .pid = 0, .reason = "process 4711 died", .kept = true});
  host.advert(250);
  EXPECT_EQ(host.state(), SectionState::Backup);
  host.sleep(300ms);
  EXPECT_THAT(host.expire(), testing::Contains("end kept"));
  EXPECT_THAT(actions(host.feed(KeptEnded{})), Not(testing::Contains("add vips public")));
  EXPECT_EQ(host.state(), SectionState::Fault);
}

}  // namespace
}  // namespace wslb::agent::core

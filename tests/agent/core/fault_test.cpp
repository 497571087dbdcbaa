// What keeps a section out of the election, and how it comes back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/core/host.h"

namespace wslb::agent::core {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Fault, BeforeTheProxyWasEverUpTheSectionWaitsInInit) {
  Host host;
  host.link("eth0", true, true, "10.0.0.11");
  EXPECT_THAT(host.feed(Start{}),
              ElementsAre("event vrrp-state public: init: waiting for the proxy to come up"));
  EXPECT_THAT(host.run(10s), IsEmpty());
  EXPECT_EQ(host.state(), SectionState::Init);
  EXPECT_EQ(host.section().reason, "waiting for the proxy to come up");
  EXPECT_THAT(host.proxy(true),
              ElementsAre("event proxy proxy: up, process 4711",
                          "event vrrp-state public: init -> backup: fit for the election"));
  EXPECT_EQ(host.section().reason, "");
}

TEST(Fault, NothingHappensBeforeStart) {
  Host host;
  host.link("eth0", true, true, "10.0.0.11");
  host.proxy(true);
  EXPECT_EQ(host.node().next_expiry(), std::nullopt);
  EXPECT_EQ(host.state(), SectionState::Init);
}

TEST(Fault, ADeadProxyGivesTheVipUpAtOnce) {
  Host host;
  host.boot();
  host.run(322ms);
  EXPECT_THAT(host.proxy(false),
              ElementsAre("event proxy proxy: down: it was killed", "remove vips public",
                          "advert 0 -> 224.0.0.18",
                          "event vrrp-state public: active -> fault: the proxy is down: it was "
                          "killed"));
  EXPECT_EQ(host.section().reason, "the proxy is down: it was killed");
  EXPECT_THAT(host.run(10s), IsEmpty());
  EXPECT_THAT(actions(host.proxy(true)), IsEmpty());
  EXPECT_EQ(host.state(), SectionState::Backup);
  EXPECT_EQ(host.node().status(host.now()).proxy.restarts, 1U);
}

TEST(Fault, AMissingInterfaceIsNamedAndItsReturnHeals) {
  Host host;
  host.link("eth0", false, false, "");
  host.proxy(true);
  EXPECT_THAT(host.feed(Start{}), ElementsAre("event vrrp-state public: init -> fault: interface "
                                              "eth0 does not exist"));
  EXPECT_THAT(host.link("eth0", true, false, ""),
              ElementsAre("event interface eth0: is down",
                          "event vrrp-state public: fault: interface eth0 is down"));
  EXPECT_THAT(host.link("eth0", true, true, ""),
              ElementsAre("event interface eth0: is up without an address",
                          "event vrrp-state public: fault: interface eth0 has no IPv4 address to "
                          "advertise from"));
  EXPECT_THAT(host.link("eth0", true, true, "10.0.0.11"),
              ElementsAre("event interface eth0: is up with 10.0.0.11",
                          "event vrrp-state public: fault -> backup: fit for the election"));
}

TEST(Fault, ADeadLinkCarriesNoFarewell) {
  Host host;
  host.boot();
  host.run(322ms);
  EXPECT_THAT(actions(host.link("eth0", true, false, "10.0.0.11")),
              ElementsAre("remove vips public"));
  EXPECT_EQ(host.state(), SectionState::Fault);
}

TEST(Fault, WithoutAnAddressTheFarewellStillGoesOutFromTheLastOne) {
  Host host;
  host.boot();
  host.run(322ms);
  EXPECT_THAT(actions(host.link("eth0", true, true, "")),
              ElementsAre("remove vips public", "advert 0 -> 224.0.0.18"));
}

TEST(Fault, AnotherAddressIsAdoptedWithoutAWord) {
  Host host;
  host.boot();
  host.run(322ms);
  EXPECT_THAT(actions(host.link("eth0", true, true, "10.0.0.13")), IsEmpty());
  EXPECT_EQ(host.state(), SectionState::Active);
}

TEST(Fault, ATrackedInterfaceCountsLikeItsOwn) {
  config::Config config = pair_config();
  config.vrrps[0].track_interfaces = {"eth1"};
  Host host(config);
  host.boot();
  host.run(322ms);
  EXPECT_THAT(actions(host.link("eth1", true, false, "")),
              ElementsAre("remove vips public", "advert 0 -> 224.0.0.18"));
  EXPECT_EQ(host.section().reason, "tracked: interface eth1 is down");
  host.link("eth1", true, true, "");
  EXPECT_EQ(host.state(), SectionState::Backup) << "it needs no address of its own";
}

TEST(Fault, TheSameNewsTwiceIsNoNews) {
  Host host;
  host.boot();
  host.proxy(false);
  EXPECT_THAT(events(host.link("eth0", true, true, "10.0.0.11")), IsEmpty());
}

TEST(Fault, UnicastPeersExpectTheNodesOwnAddress) {
  config::Config config = pair_config();
  config.vrrps[0].transport = config::Transport::Unicast;
  Host host(config);
  host.boot();
  host.run(322ms);
  EXPECT_THAT(actions(host.link("eth0", true, true, "10.0.0.5")),
              ElementsAre("remove vips public", "advert 0 -> 10.0.0.12"));
  EXPECT_EQ(host.section().reason,
            "interface eth0 does not have this node's address 10.0.0.11, which unicast peers "
            "expect");
  host.link("eth0", true, true, "10.0.0.11");
  EXPECT_EQ(host.state(), SectionState::Backup);
}

TEST(Fault, AnotherMacIsAnnouncedWhileActive) {
  Host host;
  host.boot();
  LinkChanged link{.interface = "eth0",
                   .exists = true,
                   .up = true,
                   .primary_v4 = ip("10.0.0.11"),
                   .link_local_v6 = std::nullopt,
                   .mac = {2, 0, 0, 0, 0, 1}};
  EXPECT_THAT(host.feed(link), IsEmpty());
  host.run(322ms);
  EXPECT_THAT(host.feed(link), IsEmpty());
  link.mac[5] = 2;
  EXPECT_THAT(host.feed(link), ElementsAre("announce public x3"));
}

}  // namespace
}  // namespace wslb::agent::core

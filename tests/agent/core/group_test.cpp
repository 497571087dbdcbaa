// Two sections, `public` on eth0 and `inner` on eth1, in one group.
#include "agent/core/group.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/core/host.h"

namespace wslb::agent::core {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;

config::Config grouped() {
  config::Config config = pair_config();
  config.vrrps.push_back(vrrp_section("inner", "eth1", 52));
  for (config::VrrpSection& section : config.vrrps) section.group = "web";
  return config;
}

constexpr std::size_t outer = 0;
constexpr std::size_t inner = 1;

TEST(Group, FaultsTogetherAndReturnsTogether) {
  Host host(grouped());
  host.boot();
  host.run(322ms);
  EXPECT_THAT(actions(host.link("eth1", true, false, "10.0.0.11")),
              ElementsAre("remove vips public", "remove vips inner", "advert 0 -> 224.0.0.18"));
  EXPECT_EQ(host.section(outer).reason, "group web: inner: interface eth1 is down");
  EXPECT_EQ(host.section(inner).reason, "interface eth1 is down");
  host.link("eth1", true, true, "10.0.0.11");
  EXPECT_EQ(host.state(outer), SectionState::Backup);
  EXPECT_EQ(host.state(inner), SectionState::Backup);
}

TEST(Group, OthersFollowTheOneThatBecomesActive) {
  Host host(grouped());
  host.boot();
  host.advert(201, "10.0.0.12", outer);
  host.advert(201, "10.0.0.12", inner);
  host.advert(0, "10.0.0.12", inner);
  EXPECT_THAT(actions(host.run(22ms)),
              ElementsAre("advert 200 -> 224.0.0.18", "add vips inner", "announce inner x3",
                          "advert 253 -> 224.0.0.18", "add vips public", "announce public x3"));
}

TEST(Group, OutbidsTheActiveRouterThatOnlyOneSectionStillHears) {
  Host host(grouped());
  host.boot();
  host.run(300ms);
  host.advert(201, "10.0.0.12", inner);
  EXPECT_THAT(host.run(22ms), IsSupersetOf({"advert 200 -> 224.0.0.18", "add vips public",
                                            "advert 253 -> 224.0.0.18", "add vips inner"}));
  host.run(1s);
  EXPECT_EQ(host.section(inner).priority, 200);
}

TEST(Group, OutbidsAStrangerForAWhileOnlyUnlessItWasCommanded) {
  Host host(grouped());
  host.boot();
  host.run(300ms);
  host.advert(201, "10.0.0.99", inner);
  EXPECT_THAT(host.run(22ms), IsSupersetOf({"advert 253 -> 224.0.0.18", "add vips inner"}));
  host.run(1s);
  EXPECT_EQ(host.section(inner).priority, 200);
}

TEST(Group, ANodeThatWasOutbidWaitsAsLongAsAnySectionHearsTheOther) {
  Host host(grouped());
  host.boot();
  host.run(322ms);
  EXPECT_THAT(actions(host.advert(253, "10.0.0.12", inner)),
              ElementsAre("remove vips inner", "remove vips public"));
  for (int i = 0; i < 50; ++i) {
    host.run(100ms);
    host.advert(199, "10.0.0.12", inner);
  }
  EXPECT_EQ(host.state(outer), SectionState::Backup) << "it hears nobody, but must not pull back";
  host.run(700ms);
  EXPECT_EQ(host.state(outer), SectionState::Active);
  EXPECT_EQ(host.state(inner), SectionState::Active);
}

TEST(Group, AllStepDownInSilenceWithTheOneThatLoses) {
  for (const auto* winner : {"10.0.0.12", "10.0.0.99"}) {
    Host host(grouped());
    host.boot();
    host.run(322ms);
    EXPECT_THAT(actions(host.advert(254, winner, outer)),
                ElementsAre("remove vips public", "remove vips inner"))
        << "the winner takes the whole group, a priority 0 would only call in a third node";
  }
}

TEST(Group, FailoverOfOneMovesAll) {
  Host host(grouped());
  host.boot();
  host.run(322ms);
  EXPECT_THAT(
      actions(host.failover("inner")),
      ElementsAre("remove vips public", "remove vips inner", "advert 0 -> 224.0.0.18",
                  "advert 0 -> 224.0.0.18", "accepted public: given up; the best backup takes over",
                  "accepted inner: given up; the best backup takes over"));
}

TEST(Group, ACommandBids254InAllSections) {
  Host host(grouped());
  host.boot();
  host.advert(199, "10.0.0.12", outer);
  host.advert(199, "10.0.0.12", inner);
  EXPECT_THAT(host.feed(Failover{"", "lb1"}),
              IsSupersetOf({"advert 254 -> 224.0.0.18", "add vips public", "add vips inner"}));
  EXPECT_EQ(host.section(outer).priority, 254);
  EXPECT_EQ(host.section(inner).priority, 254);
}

TEST(Group, WantsItsVipsBackOnceTheNodeThatUnitedItsGroupBidsNoMore) {
  config::Config config = grouped();
  for (config::VrrpSection& section : config.vrrps) section.preempt.enabled = true;
  Host host(config);
  host.boot();
  host.run(322ms);
  host.advert(253, "10.0.0.12", inner);
  ASSERT_EQ(host.state(outer), SectionState::Backup);
  for (int i = 0; i < 10; ++i) {
    host.run(100ms);
    host.advert(199, "10.0.0.12", outer);
    host.advert(253, "10.0.0.12", inner);
  }
  EXPECT_EQ(host.state(outer), SectionState::Backup) << "lb2 still unites its group";
  for (int i = 0; i < 5; ++i) {
    host.advert(199, "10.0.0.12", outer);
    host.advert(199, "10.0.0.12", inner);
    host.run(100ms);
  }
  EXPECT_EQ(host.state(outer), SectionState::Active);
  EXPECT_EQ(host.state(inner), SectionState::Active);
}

TEST(Group, SectionsWithoutAGroupMindTheirOwn) {
  config::Config config = grouped();
  for (config::VrrpSection& section : config.vrrps) section.group.clear();
  Host host(config);
  host.boot();
  host.run(322ms);
  EXPECT_THAT(actions(host.link("eth1", true, false, "10.0.0.11")),
              ElementsAre("remove vips inner"));
  EXPECT_EQ(host.state(outer), SectionState::Active);
  EXPECT_THAT(actions(host.failover("public")).back(),
              "accepted public: given up; the best backup takes over");
}

}  // namespace
}  // namespace wslb::agent::core

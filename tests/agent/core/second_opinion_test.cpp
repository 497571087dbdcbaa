// What the link between the agents tells of a router whose adverts do not arrive.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/core/host.h"

namespace wslb::agent::core {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Only words, one each interval.
Lines hear_words(Host& host, int count, std::uint8_t priority = 199) {
  Lines all;
  for (int i = 0; i < count; ++i) {
    std::ranges::copy(host.word(priority), std::back_inserter(all));
    std::ranges::copy(host.run(100ms), std::back_inserter(all));
  }
  return all;
}

TEST(SecondOpinion, KeepsABackupFromTakingOver) {
  Host host;
  host.boot();
  host.advert(199);
  hear_words(host, 50);
  EXPECT_EQ(host.state(), SectionState::Backup);
  EXPECT_EQ(host.section().active_node, "lb2");
  EXPECT_GT(host.count("adverts-by-link"), 40U);
  EXPECT_EQ(host.count("adverts-received"), 1U);
}

TEST(SecondOpinion, IsAnAlarmThatSaysWhatToDo) {
  Host host;
  host.boot();
  host.advert(199);
  const Lines lines = hear_words(host, 10);
  EXPECT_THAT(events(lines),
              ElementsAre("event alarm public: lb2 is active, as it says on the peer link, but its "
                          "adverts do not arrive on eth0; let VRRP (IP protocol 112) through "
                          "between the two hosts"));
  EXPECT_THAT(host.section().alarms, ElementsAre(HasSubstr("do not arrive")));
}

TEST(SecondOpinion, NothingIsMissedWhereTheInterfaceIsDown) {
  Host host;
  host.boot();
  host.link("eth0", false, false, "10.0.0.11");
  hear_words(host, 10);
  EXPECT_THAT(host.section().alarms, testing::Not(Contains(HasSubstr("do not arrive"))));
}

TEST(SecondOpinion, OneWordNowAndThenIsNoSilence) {
  Host host;
  host.boot();
  host.run(400ms);
  for (int i = 0; i < 3; ++i) {
    host.word(199);
    host.run(10s);
  }
  EXPECT_THAT(host.section().alarms, IsEmpty());
}

TEST(SecondOpinion, IsNotAskedWhilePacketsArrive) {
  Host host;
  host.boot();
  for (int i = 0; i < 20; ++i) {
    host.advert(199);
    host.word(199);
    host.run(100ms);
  }
  EXPECT_EQ(host.count("adverts-by-link"), 0U);
  EXPECT_THAT(host.section().alarms, IsEmpty());
}

TEST(SecondOpinion, EndsWithTheWords) {
  Host host;
  host.boot();
  host.advert(199);
  hear_words(host, 10);
  host.run(230ms);
  EXPECT_EQ(host.state(), SectionState::Active);
}

TEST(SecondOpinion, DoesNotCountOverAnotherNetwork) {
  Host host;
  host.boot();
  host.link("eth0", true, true, "192.168.0.11");
  host.advert(199, "192.168.0.12");
  const Lines lines = hear_words(host, 10);
  EXPECT_EQ(host.state(), SectionState::Active);
  EXPECT_THAT(host.section().alarms, Contains(HasSubstr("the link runs over another network")));
}

TEST(SecondOpinion, EndsADoubleThatPacketsDoNot) {
  Host host;
  host.boot();
  host.run(400ms);
  ASSERT_EQ(host.state(), SectionState::Active);
  EXPECT_THAT(host.word(199), Contains("advert 200 -> 224.0.0.18")) << "tells it off";
  EXPECT_EQ(host.state(), SectionState::Active);
  host.word(201);
  EXPECT_EQ(host.state(), SectionState::Backup);
}

TEST(SecondOpinion, MayNotBeOlderThanThePackets) {
  Host host;
  host.boot();
  host.advert(201);
  host.run(50ms);
  host.advert(0);
  host.run(0ms);
  ASSERT_EQ(host.state(), SectionState::Active);
  host.word(201);
  EXPECT_EQ(host.state(), SectionState::Active) << "said before it resigned";
}

TEST(SecondOpinion, ResignationByTheLinkIsOne) {
  Host host;
  host.boot();
  host.advert(201);
  host.run(50ms);
  host.word(0);
  EXPECT_THAT(host.run(0ms), Contains(HasSubstr("backup -> active: lb2 resigned")));
}

TEST(SecondOpinion, OnlyTheActiveRouterResigns) {
  Host host;
  host.boot();
  host.advert(201, "10.0.0.13");
  host.run(50ms);
  EXPECT_THAT(host.word(0), IsEmpty());
  EXPECT_THAT(host.run(230ms), IsEmpty());
}

TEST(SecondOpinion, WordsOfTheWrongFamilyOrANodeThatIsNoneAreIgnored) {
  Host host;
  host.boot();
  EXPECT_THAT(host.word(201, "fe80::1"), IsEmpty());
  EXPECT_THAT(host.feed(PeerAdvert{0, "lb9", 201, 100ms, ip("10.0.0.13")}), IsEmpty());
  EXPECT_THAT(host.feed(PeerAdvert{0, "lb1", 201, 100ms, ip("10.0.0.11")}), IsEmpty());
  EXPECT_EQ(host.section().active_node, "");
}

TEST(SecondOpinion, IsGivenWithEachAdvertAndWhenTheInterfaceFails) {
  Host host;
  host.boot();
  EXPECT_THAT(host.told(), IsEmpty());
  host.run(400ms);
  EXPECT_THAT(host.told(), ElementsAre(200));
  host.link("eth0", true, false, "10.0.0.11");
  EXPECT_THAT(host.told(), ElementsAre(200, 0));
}

}  // namespace
}  // namespace wslb::agent::core

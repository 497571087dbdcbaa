// What the operator is told of trouble around a section that works.
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

const AddressClaimed claim{.section = 0, .vip = ip("10.0.0.100"), .mac = {0x02, 0, 0, 0, 0, 0xab}};

TEST(Alarm, AnotherOwnerOfTheVipIsNamedUntilItIsGone) {
  Host host;
  host.boot();
  EXPECT_THAT(host.feed(claim), IsEmpty()) << "a backup expects it of the active router";
  host.run(322ms);
  EXPECT_THAT(host.feed(claim), IsEmpty()) << "the old active router may not know yet";
  host.run(1s);
  EXPECT_THAT(host.feed(claim), ElementsAre(AllOf(HasSubstr("event alarm public: 10.0.0.100 is "),
                                                  HasSubstr("02:00:00:00:00:ab"))));
  EXPECT_THAT(host.feed(claim), IsEmpty()) << "told once";
  EXPECT_THAT(host.section().alarms, ElementsAre(HasSubstr("02:00:00:00:00:ab")));
  EXPECT_EQ(host.state(), SectionState::Active);
  EXPECT_THAT(events(host.run(71s)), ElementsAre(HasSubstr("event alarm public: over: ")));
  EXPECT_THAT(host.section().alarms, IsEmpty());
}

TEST(Alarm, TheVipIsProbedForOtherOwnersWithEachRepeatedAnnouncement) {
  Host host;
  host.boot();
  host.run(322ms);
  const Lines lines = host.run(121s);
  EXPECT_EQ(std::ranges::count(lines, "probe public"), 4);
}

vrrp::Advert advert_for(std::string_view address, std::uint8_t priority = 254) {
  vrrp::Advert advert = advert_of(pair_config().vrrps[0], priority);
  advert.addresses = {ip(address)};
  return advert;
}

TEST(Alarm, AnotherVirtualRouterWithOurVridIsNamedAndNotObeyed) {
  Host host;
  host.boot();
  host.run(322ms);
  EXPECT_THAT(host.advert(advert_for("10.0.0.200"), "10.0.0.77"),
              ElementsAre(AllOf(HasSubstr("our VRID 51"), HasSubstr("10.0.0.77 uses it for"),
                                HasSubstr("10.0.0.200"))));
  EXPECT_EQ(host.state(), SectionState::Active);
  EXPECT_EQ(host.count("refused-vrid-clash"), 1U);
}

TEST(Alarm, AnotherHostWithOurOwnAddressIsNamed) {
  Host host;
  host.boot();
  host.run(322ms);
  EXPECT_THAT(host.advert(255, "10.0.0.11"),
              ElementsAre(HasSubstr("this node's own address 10.0.0.11 come in on eth0")));
  EXPECT_EQ(host.state(), SectionState::Active);
}

TEST(Alarm, ANodeWithOtherVipsIsObeyedAndNamed) {
  Host host;
  host.boot();
  host.run(322ms);
  EXPECT_THAT(host.advert(advert_for("10.0.0.101"), "10.0.0.12"),
              Contains(HasSubstr("lb2 advertises 10.0.0.101, this node 10.0.0.100")));
  EXPECT_EQ(host.state(), SectionState::Backup);
  EXPECT_EQ(host.count("vips-differ"), 1U);
}

TEST(Alarm, AnotherVersionIsNamed) {
  Host host;
  host.boot();
  vrrp::Advert advert = advert_of(pair_config().vrrps[0], 254);
  advert.version = 2;
  advert.interval = 1s;
  EXPECT_THAT(host.advert(advert, "10.0.0.12"),
              ElementsAre("event alarm public: lb2 speaks version 2 of VRRP, this section "
                          "version 3"));
}

}  // namespace
}  // namespace wslb::agent::core

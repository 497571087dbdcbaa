// VIPs that somebody else takes away, or that the kernel refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/core/host.h"

namespace wslb::agent::core {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const config::Vip vip{ip("10.0.0.100"), 24};

Host active_host() {
  Host host;
  host.boot();
  host.run(322ms);
  return host;
}

TEST(Vip, ALostOneIsPutBackAtOnce) {
  Host host = active_host();
  EXPECT_THAT(host.feed(AddressLost{0, vip}),
              ElementsAre("add vips public", "announce public x1",
                          "event vip public: 10.0.0.100/24 was removed from eth0; put back"));
}

TEST(Vip, OneThatIsRemovedAgainAndAgainIsGivenUpForAWhile) {
  Host host = active_host();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(host.feed(AddressLost{0, vip}).size(), 3U);
  EXPECT_THAT(actions(host.feed(AddressLost{0, vip})),
              ElementsAre("remove vips public", "advert 0 -> 224.0.0.18"));
  EXPECT_EQ(host.state(), SectionState::Fault);
  EXPECT_EQ(host.section().reason, "10.0.0.100/24 is removed from eth0 again and again");
  host.run(9'999ms);
  EXPECT_EQ(host.state(), SectionState::Fault);
  host.run(1ms);
  EXPECT_EQ(host.state(), SectionState::Backup);
}

TEST(Vip, RareLossesNeverAddUp) {
  Host host = active_host();
  for (int i = 0; i < 20; ++i) {
    host.feed(AddressLost{0, vip});
    host.run(3s);
  }
  EXPECT_EQ(host.state(), SectionState::Active);
}

TEST(Vip, OneThatTheKernelRefusesIsAFault) {
  Host host = active_host();
  host.feed(AddressResult{0, vip, ""});
  EXPECT_EQ(host.state(), SectionState::Active);
  EXPECT_THAT(host.feed(AddressResult{0, vip, "permission denied"}),
              ElementsAre("event vip public: 10.0.0.100/24 cannot be added to eth0: permission "
                          "denied; next attempt in 10 s",
                          "remove vips public", "advert 0 -> 224.0.0.18",
                          "event vrrp-state public: active -> fault: 10.0.0.100/24 cannot be "
                          "added to eth0: permission denied"));
}

TEST(Vip, ANewLinkIsANewChance) {
  Host host = active_host();
  host.feed(AddressResult{0, vip, "no such device"});
  host.link("eth0", false, false, "");
  host.link("eth0", true, true, "10.0.0.11");
  EXPECT_EQ(host.state(), SectionState::Backup);
}

TEST(Vip, ABackupHasNothingToLose) {
  Host host;
  host.boot();
  EXPECT_THAT(host.feed(AddressLost{0, vip}), IsEmpty());
  EXPECT_THAT(host.feed(AddressResult{0, vip, "permission denied"}), IsEmpty());
}

}  // namespace
}  // namespace wslb::agent::core

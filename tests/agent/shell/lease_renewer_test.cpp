#include "agent/lease_renewer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <net/if.h>

#include "tests/agent/shell/net_namespace.h"

namespace wslb::agent {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class LeaseRenewerTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!namespace_.ok()) GTEST_SKIP() << "needs the right to make network namespaces";
    ASSERT_TRUE(ip("link add eth0 type veth peer name far") && ip("link set eth0 up"));
    index_ = static_cast<int>(::if_nametoindex("eth0"));
  }

  void renew(base::TimePoint asked = std::chrono::steady_clock::now()) {
    renewer_.renew({{index_, vip_, 1s, PrefixRoute::Own}}, asked);
    renewer_.drain();
  }

  [[nodiscard]] static std::string shown() { return ip_output("addr show dev eth0 to 10.0.0.100"); }

  NetNamespace namespace_;
  int index_ = 0;
  const config::Vip vip_{*base::IpAddress::parse("10.0.0.100"), 24};
  LeaseRenewer renewer_;
};

TEST_F(LeaseRenewerTest, RenewsWhatIsHeld) {
  renewer_.hold(index_, vip_);
  renew();
  EXPECT_THAT(shown(), HasSubstr("valid_lft 1sec"));
}

TEST_F(LeaseRenewerTest, NeverBringsBackWhatWasReleased) {
  renewer_.hold(index_, vip_);
  renewer_.release(index_, vip_);
  renew();
  EXPECT_EQ(shown(), "");
}

TEST_F(LeaseRenewerTest, LeavesOutARenewalThatHadItsTurnTooLate) {
  renewer_.hold(index_, vip_);
  renew(std::chrono::steady_clock::now() - 101ms);
  EXPECT_EQ(shown(), "");
}

TEST_F(LeaseRenewerTest, ARemovalThatRacesWithRenewalsWins) {
  const auto requests = NetlinkRequests::open();
  ASSERT_TRUE(requests);
  for (int i = 0; i < 200; ++i) {
    renewer_.hold(index_, vip_);
    renewer_.renew({{index_, vip_, 1s, PrefixRoute::Own}}, std::chrono::steady_clock::now());
    renewer_.release(index_, vip_);
    ASSERT_TRUE((*requests)->remove(index_, vip_));
  }
  renewer_.drain();
  EXPECT_EQ(shown(), "");
}

}  // namespace
}  // namespace wslb::agent

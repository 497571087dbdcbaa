#include "agent/vip_keeper.h"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/namespace_lock.h"
#include "tests/agent/shell/net_namespace.h"

namespace wslb::agent {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class VipKeeperTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!namespace_.ok()) GTEST_SKIP() << "needs the right to make network namespaces";
    ASSERT_TRUE(ip("link add eth0 type veth peer name far"));
    ASSERT_TRUE(ip("link set eth0 up") && ip("addr add 10.0.0.11/24 dev eth0"));
    config::VrrpSection& section = config_.vrrps.emplace_back();
    section.name = "public";
    section.interface = "eth0";
    section.vips = {vip_};
    section.lease = 1s;
  }

  void open() {
    auto opened = Netlink::open(io_);
    ASSERT_TRUE(opened) << opened.error().message;
    netlink_ = std::move(*opened);
    netlink_->watch([](const std::string&) {});
    keeper_ = std::make_unique<VipKeeper>(io_, *netlink_, config_, [this] { before_renewal_(); });
  }

  [[nodiscard]] static std::string shown() { return ip_output("addr show dev eth0 to 10.0.0.100"); }

  void run_for(std::chrono::milliseconds time) {
    io_.restart();
    io_.run_for(time);
  }

  NetNamespace namespace_;
  boost::asio::io_context io_;
  const config::Vip vip_{*base::IpAddress::parse("10.0.0.100"), 24};
  config::Config config_;
  std::function<void()> before_renewal_ = [] {};
  std::unique_ptr<Netlink> netlink_;
  std::unique_ptr<VipKeeper> keeper_;
};

TEST_F(VipKeeperTest, RenewsTheLeaseWhileTheLoopRunsAndTheKernelEndsItWhenItDoesNot) {
  open();
  EXPECT_EQ(keeper_->add(0).at(0).error, "");
  run_for(2500ms);
  EXPECT_THAT(shown(), HasSubstr("10.0.0.100/24"));
  // A hung agent; the kernel looks after its addresses when it has the time.
  for (int i = 0; i < 40 && !shown().empty(); ++i) ::usleep(100'000);
  EXPECT_EQ(shown(), "");
}

TEST_F(VipKeeperTest, DoesNotRenewWhatIsGivenUpFirst) {
  open();
  before_renewal_ = [this] { keeper_->remove(0); };
  std::ignore = keeper_->add(0);
  run_for(500ms);
  EXPECT_EQ(shown(), "");
  EXPECT_FALSE(keeper_->holds(0));
}

TEST_F(VipKeeperTest, TellsOfAVipThatSomebodyRemovedButNotOfOneThatWasGivenUp) {
  open();
  std::ignore = keeper_->add(0);
  EXPECT_TRUE(keeper_->lost_on("eth0").empty());
  ASSERT_TRUE(ip("addr del 10.0.0.100/24 dev eth0"));
  run_for(50ms);
  ASSERT_EQ(keeper_->lost_on("eth0").size(), 1U);
  EXPECT_EQ(keeper_->lost_on("eth0")[0].vip, vip_);
  keeper_->remove(0);
  EXPECT_TRUE(keeper_->lost_on("eth0").empty());
}

TEST_F(VipKeeperTest, PurgesWhatAnEarlierAgentLeftBehindAndNothingElse) {
  {
    const auto earlier = Netlink::open(io_);
    ASSERT_TRUE(earlier);
    const config::Vip forgotten{*base::IpAddress::parse("10.9.9.9"), 32};
    ASSERT_TRUE((*earlier)->put_address("eth0", vip_, std::nullopt));
    ASSERT_TRUE((*earlier)->put_address("far", forgotten, std::nullopt));
  }
  open();
  const auto findings = keeper_->purge();
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_THAT(findings[0].text, HasSubstr("left behind"));
  EXPECT_EQ(shown(), "");
  EXPECT_EQ(ip_output("addr show dev far to 10.9.9.9"), "");
  EXPECT_THAT(ip_output("addr show dev eth0"), HasSubstr("10.0.0.11/24"));
}

TEST_F(VipKeeperTest, AVipThatTheHostItselfHasIsToldAndLeftAlone) {
  ASSERT_TRUE(ip("addr add 10.0.0.100/24 dev eth0"));
  open();
  const auto findings = keeper_->purge();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_THAT(findings[0].text, HasSubstr("10.0.0.100 of vrrp public is there already"));
  EXPECT_THAT(shown(), HasSubstr("10.0.0.100/24"));
}

TEST_F(VipKeeperTest, TellsWhichSectionsVipAnEarlierAgentHadLeft) {
  {
    const auto earlier = Netlink::open(io_);
    ASSERT_TRUE(earlier && (*earlier)->put_address("eth0", vip_, std::nullopt));
  }
  open();
  const auto findings = keeper_->purge();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].vacated, std::optional<std::size_t>(0));
}

TEST_F(VipKeeperTest, OfASectionThatGoesOnOnlyWhatIsNoVipOfItsAnyMoreIsRemoved) {
  {
    const auto earlier = Netlink::open(io_);
    ASSERT_TRUE(earlier && (*earlier)->put_address("eth0", vip_, std::nullopt));
    const config::Vip gone{*base::IpAddress::parse("10.0.0.101"), 24};
    const config::Vip wider{vip_.address, 16};
    ASSERT_TRUE((*earlier)->put_address("eth0", gone, std::nullopt));
    ASSERT_TRUE((*earlier)->put_address("eth0", wider, std::nullopt));
  }
  open();
  const auto findings = keeper_->purge({0});
  ASSERT_EQ(findings.size(), 2U);
  for (const VipKeeper::Finding& finding : findings) EXPECT_FALSE(finding.vacated);
  EXPECT_THAT(ip_output("addr show dev eth0"),
              AllOf(HasSubstr("10.0.0.100/24"), Not(HasSubstr("10.0.0.101")),
                    Not(HasSubstr("10.0.0.100/16"))));
}

TEST_F(VipKeeperTest, TakesTheVipOffAnInterfaceThatWasRenamed) {
  open();
  config_.vrrps[0].lease.reset();
  std::ignore = keeper_->add(0);
  ASSERT_TRUE(ip("link set eth0 name eth9"));
  run_for(50ms);
  keeper_->remove(0);
  EXPECT_EQ(ip_output("addr show dev eth9 to 10.0.0.100"), "");
}

TEST(NamespaceLock, OneAgentInANamespaceAndManyOnAHost) {
  const NetNamespace first;
  if (!first.ok()) GTEST_SKIP() << "needs the right to make network namespaces";
  auto lock = lock_namespace();
  ASSERT_TRUE(lock) << lock.error().message;
  const auto second = lock_namespace();
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("another wslb-agent runs"));
  {
    const NetNamespace other;
    EXPECT_TRUE(lock_namespace());
  }
  ::close(lock->release());
  EXPECT_TRUE(lock_namespace());
}

}  // namespace
}  // namespace wslb::agent

#include "agent/vmacs.h"

#include <fstream>

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/vip_keeper.h"
#include "tests/agent/shell/net_namespace.h"

namespace wslb::agent {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class VmacsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!namespace_.ok()) GTEST_SKIP() << "needs the right to make network namespaces";
    ASSERT_TRUE(ip("link add eth0 type veth peer name far") && ip("link set far up"));
    ASSERT_TRUE(ip("link set eth0 up") && ip("addr add 10.0.0.11/24 dev eth0"));
    config_.vrrps = {section("10.0.0.100", 24), section("fd00::100", 64)};
    auto opened = Netlink::open(io_);
    ASSERT_TRUE(opened) << opened.error().message;
    netlink_ = std::move(*opened);
    netlink_->watch([](const std::string&) {});
  }

  static config::VrrpSection section(const char* vip, std::uint8_t prefix) {
    config::VrrpSection made;
    made.name = vip;
    made.interface = "eth0";
    made.vrid = 51;
    made.use_vmac = true;
    made.vips = {{*base::IpAddress::parse(vip), prefix}};
    return made;
  }

  void run_for(std::chrono::milliseconds time) {
    io_.restart();
    io_.run_for(time);
  }

  base::Result<void> ensure(Vmacs& vmacs, std::size_t index) {
    return vmacs.ensure(config_.vrrps[index], *netlink_->find("eth0"));
  }

  NetNamespace namespace_;
  boost::asio::io_context io_;
  config::Config config_;
  std::unique_ptr<Netlink> netlink_;
};

TEST_F(VmacsTest, MakesAMacvlanForEachFamilyAndRemovesItAtTheEnd) {
  {
    Vmacs vmacs(*netlink_);
    ASSERT_TRUE(ensure(vmacs, 0));
    ASSERT_TRUE(ensure(vmacs, 1));
    EXPECT_THAT(ip_output("link show dev vrrp.51"), HasSubstr("00:00:5e:00:01:33"));
    EXPECT_THAT(ip_output("link show dev vrrp6.51"), HasSubstr("00:00:5e:00:02:33"));
    EXPECT_THAT(ip_output("link show dev vrrp.51"), Not(HasSubstr(",UP")));
    ASSERT_TRUE(ip("link set vrrp6.51 up"));
    EXPECT_EQ(ip_output("-6 addr show dev vrrp6.51"), "") << "no link-local address of its own";
    EXPECT_EQ(netlink_->find("eth0")->arp.ignore, 1U);
    EXPECT_EQ(netlink_->find("eth0")->arp.announce, 2U);
    ASSERT_TRUE(ensure(vmacs, 0)) << "once more changes nothing";
  }
  EXPECT_THAT(ip_output("link"), Not(HasSubstr("vrrp")));
  const auto fresh = Netlink::open(io_);
  ASSERT_TRUE(fresh);
  EXPECT_EQ((*fresh)->find("eth0")->arp.ignore, 0U);
  EXPECT_EQ((*fresh)->find("eth0")->arp.announce, 0U);
}

TEST_F(VmacsTest, PurgesWhatAnEarlierAgentLeftAndNothingElse) {
  ASSERT_TRUE(ip("link add link eth0 name other type macvlan"));
  ASSERT_TRUE(netlink_->requests().create_macvlan("vrrp.77", netlink_->find("eth0")->index,
                                                  {0, 0, 0x5e, 0, 1, 77}, ""));
  netlink_->refresh();
  Vmacs vmacs(*netlink_);
  EXPECT_THAT(vmacs.purge(), ElementsAre("vrrp.77"));
  EXPECT_THAT(ip_output("link"), Not(HasSubstr("vrrp.77")));
  EXPECT_THAT(ip_output("link"), HasSubstr("other"));
}

TEST_F(VmacsTest, TakesOverAMacvlanThatIsKept) {
  ASSERT_TRUE(netlink_->requests().create_macvlan("vrrp.51", netlink_->find("eth0")->index,
                                                  {0, 0, 0x5e, 0, 1, 51}, ""));
  netlink_->refresh();
  const int index = netlink_->find("vrrp.51")->index;
  {
    Vmacs vmacs(*netlink_);
    EXPECT_THAT(vmacs.purge({"vrrp.51"}), IsEmpty());
    ASSERT_TRUE(ensure(vmacs, 0));
    EXPECT_EQ(netlink_->find("vrrp.51")->index, index);
  }
  EXPECT_THAT(ip_output("link"), Not(HasSubstr("vrrp.51"))) << "as one that it made";
}

TEST_F(VmacsTest, WhatWasSetBeforeAKilledAgentComesBackToo) {
  const auto setting = [](const std::string& name) {
    int value = -1;
    std::ifstream("/proc/sys/net/ipv4/conf/eth0/" + name) >> value;
    return value;
  };
  struct Agent {
    explicit Agent(boost::asio::io_context& io) : netlink(std::move(*Netlink::open(io))) {}
    std::unique_ptr<Netlink> netlink;
    Vmacs vmacs{*netlink};
  };
  ASSERT_TRUE(netlink_->requests().set_arp(netlink_->find("eth0")->index, {3, 1}));
  std::vector<std::unique_ptr<Agent>> killed;  // to the end: they undo nothing
  for (const bool kept : {true, false}) {
    Agent& first = *killed.emplace_back(std::make_unique<Agent>(io_));
    ASSERT_TRUE(first.vmacs.ensure(config_.vrrps[0], *first.netlink->find("eth0")));
    {
      Agent next(io_);
      std::ignore =
          next.vmacs.purge(kept ? std::set<std::string>{"vrrp.51"} : std::set<std::string>{});
      ASSERT_TRUE(next.vmacs.ensure(config_.vrrps[0], *next.netlink->find("eth0")));
      EXPECT_EQ(setting("arp_ignore"), 1);
    }
    EXPECT_EQ(setting("arp_ignore"), 3);
    EXPECT_EQ(setting("arp_announce"), 1);
  }
}

TEST_F(VmacsTest, ReplacesAMacvlanThatIsKeptButNotRight) {
  for (const char* wrong : {"address 00:00:5e:00:01:33 type macvlan mode private",
                            "address 00:00:5e:00:01:34 type macvlan mode bridge"}) {
    ASSERT_TRUE(ip(std::string("link add link eth0 name vrrp.51 group 119 ") + wrong));
    netlink_->refresh();
    const int index = netlink_->find("vrrp.51")->index;
    Vmacs vmacs(*netlink_);
    EXPECT_THAT(vmacs.purge({"vrrp.51"}), IsEmpty());
    ASSERT_TRUE(ensure(vmacs, 0)) << wrong;
    EXPECT_NE(netlink_->find("vrrp.51")->index, index) << wrong;
    EXPECT_THAT(ip_output("-d link show dev vrrp.51"), HasSubstr("mode bridge"));
    EXPECT_THAT(ip_output("link show dev vrrp.51"), HasSubstr("00:00:5e:00:01:33"));
  }
}

TEST_F(VmacsTest, AnInterfaceOfThatNameThatIsNotOursIsAnError) {
  ASSERT_TRUE(ip("link add link eth0 name vrrp.51 type macvlan"));
  netlink_->refresh();
  Vmacs vmacs(*netlink_);
  const auto made = ensure(vmacs, 0);
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("cannot make vrrp.51 for use-vmac on eth0"));
  EXPECT_THAT(ip_output("link"), HasSubstr("vrrp.51"));
}

TEST_F(VmacsTest, MakesItAgainAfterTheBaseInterfaceWasCreatedAnew) {
  Vmacs vmacs(*netlink_);
  ASSERT_TRUE(ensure(vmacs, 0));
  ASSERT_TRUE(ip("link del eth0") && ip("link add eth0 type veth peer name far"));
  netlink_->refresh();
  ASSERT_TRUE(ensure(vmacs, 0));
  EXPECT_EQ(netlink_->find("vrrp.51")->parent, netlink_->find("eth0")->index);
}

TEST_F(VmacsTest, IsUpOnlyWhileItsVipsAreHeld) {
  Vmacs vmacs(*netlink_);
  ASSERT_TRUE(ensure(vmacs, 0) && ensure(vmacs, 1));
  VipKeeper keeper(io_, *netlink_, config_, [] {});
  for (const std::size_t index : {0U, 1U}) {
    const char* name = index == 0 ? "vrrp.51" : "vrrp6.51";
    EXPECT_EQ(keeper.add(index).at(0).error, "");
    run_for(1500ms);
    EXPECT_TRUE(keeper.lost_on(name).empty()) << "the lease is renewed";
    const std::string shown = ip_output(std::string("addr show dev ") + name);
    EXPECT_THAT(shown, HasSubstr(index == 0 ? "10.0.0.100/24" : "fd00::100/64"));
    EXPECT_THAT(shown, HasSubstr(",UP"));
    ASSERT_TRUE(ip(std::string("link set down dev ") + name));
    run_for(50ms);
    EXPECT_EQ(keeper.lost_on(name).size(), 1U) << "somebody switched it off";
    EXPECT_EQ(keeper.add(index).at(0).error, "");
    run_for(50ms);
    EXPECT_TRUE(keeper.lost_on(name).empty());
    keeper.remove(index);
    const std::string after = ip_output(std::string("addr show dev ") + name);
    EXPECT_THAT(after, Not(HasSubstr(",UP")));
    EXPECT_THAT(after, Not(HasSubstr("inet")));
  }
  const std::string routes = ip_output("route get 10.0.0.31");
  EXPECT_THAT(routes, HasSubstr("dev eth0")) << "the macvlan's route is the last resort";
}

}  // namespace
}  // namespace wslb::agent

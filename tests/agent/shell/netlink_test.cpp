#include "agent/netlink.h"

#include <algorithm>
#include <set>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <linux/rtnetlink.h>
#include <sys/resource.h>

#include "tests/agent/shell/net_namespace.h"

namespace wslb::agent {
namespace {

using namespace std::chrono_literals;

base::IpAddress address(const char* text) {
  return *base::IpAddress::parse(text);
}

class NetlinkTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!namespace_.ok()) GTEST_SKIP() << "needs the right to make network namespaces";
    ASSERT_TRUE(ip("link add eth0 type veth peer name far"));
    ASSERT_TRUE(ip("link set eth0 up") && ip("link set far up"));
    ASSERT_TRUE(ip("addr add 10.0.0.11/24 dev eth0"));
    auto opened = Netlink::open(io_);
    ASSERT_TRUE(opened) << opened.error().message;
    netlink_ = std::move(*opened);
    netlink_->watch([this](const std::string& name) { changed_.insert(name); });
  }

  // Runs the loop until `done` holds; false: it did not within two seconds.
  template <typename Done>
  bool wait_until(Done done) {
    const auto end = std::chrono::steady_clock::now() + 2s;
    while (!done() && std::chrono::steady_clock::now() < end) {
      io_.restart();
      io_.run_one_for(20ms);
    }
    return static_cast<bool>(done());
  }

  [[nodiscard]] bool has(const base::IpAddress& wanted) const {
    const Interface* eth0 = netlink_->find("eth0");
    return eth0 != nullptr && eth0->find_address(wanted) != nullptr;
  }

  [[nodiscard]] std::ptrdiff_t count_v4() const {
    return std::ranges::count_if(netlink_->find("eth0")->addresses,
                                 [](const InterfaceAddress& one) { return one.address.is_v4(); });
  }

  NetNamespace namespace_;
  boost::asio::io_context io_;
  std::unique_ptr<Netlink> netlink_;
  std::set<std::string> changed_;
  const config::Vip vip_{address("10.0.0.100"), 24};
};

TEST_F(NetlinkTest, KnowsTheInterfacesThatAreThere) {
  const Interface* eth0 = netlink_->find("eth0");
  ASSERT_NE(eth0, nullptr);
  EXPECT_TRUE(wait_until([&] { return netlink_->find("eth0")->up; }));
  EXPECT_EQ(eth0->primary_address(address("10.9.9.9"), {}), address("10.0.0.11"));
  EXPECT_NE(eth0->mac, Mac{});
  EXPECT_EQ(netlink_->find("eth7"), nullptr);
}

TEST_F(NetlinkTest, FollowsCablesInterfacesAndAddresses) {
  ASSERT_TRUE(ip("link set far down"));
  EXPECT_TRUE(wait_until([&] { return !netlink_->find("eth0")->up; }));
  EXPECT_TRUE(changed_.contains("eth0"));
  ASSERT_TRUE(ip("addr del 10.0.0.11/24 dev eth0"));
  EXPECT_TRUE(wait_until(
      [&] { return !netlink_->find("eth0")->primary_address(address("10.9.9.9"), {}); }));
  const int index_before = netlink_->find("eth0")->index;
  ASSERT_TRUE(ip("link del eth0"));
  EXPECT_TRUE(wait_until([&] { return netlink_->find("eth0") == nullptr; }));
  ASSERT_TRUE(ip("link add eth0 type veth peer name far"));
  EXPECT_TRUE(wait_until([&] { return netlink_->find("eth0") != nullptr; }));
  EXPECT_NE(netlink_->find("eth0")->index, index_before);
}

TEST_F(NetlinkTest, LeavingABridgeIsNoRemoval) {
  ASSERT_TRUE(ip("link add br0 type bridge") && ip("link set eth0 master br0"));
  ASSERT_TRUE(wait_until([&] { return netlink_->find("br0") != nullptr; }));
  ASSERT_TRUE(ip("link set eth0 nomaster") && ip("link del br0"));
  ASSERT_TRUE(wait_until([&] { return netlink_->find("br0") == nullptr; }));
  EXPECT_NE(netlink_->find("eth0"), nullptr);
}

TEST_F(NetlinkTest, PutsATaggedLeasedAddressAndTakesItOff) {
  ASSERT_TRUE(netlink_->put_address("eth0", vip_, 1s));
  EXPECT_TRUE(has(vip_.address));
  const std::string shown = ip_output("addr show dev eth0 to 10.0.0.100");
  const auto fresh = Netlink::open(io_);
  ASSERT_TRUE(fresh);
  const InterfaceAddress* stored = (*fresh)->find("eth0")->find_address(vip_.address);
  ASSERT_NE(stored, nullptr);
  EXPECT_EQ(stored->protocol, kAddressProtocol);
  EXPECT_NE(shown.find("valid_lft 1sec"), std::string::npos) << shown;
  // What the kernel reports agrees with what was noted at once.
  wait_until([] { return false; });
  EXPECT_FALSE(has(vip_.address)) << "the lease is over by now";
  ASSERT_TRUE(netlink_->put_address("eth0", vip_, std::nullopt));
  EXPECT_NE(ip_output("addr show dev eth0 to 10.0.0.100").find("valid_lft forever"),
            std::string::npos);
  ASSERT_TRUE(netlink_->remove_address("eth0", vip_));
  EXPECT_FALSE(has(vip_.address));
  EXPECT_EQ(ip_output("addr show dev eth0 to 10.0.0.100"), "");
}

TEST_F(NetlinkTest, ARenewedLeaseLastsOn) {
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(netlink_->put_address("eth0", vip_, 1s));
    io_.restart();
    io_.run_for(400ms);
    ASSERT_TRUE(has(vip_.address)) << "after " << i * 400 << " ms";
  }
}

TEST_F(NetlinkTest, RemovingWhatIsNotThereIsNoError) {
  EXPECT_TRUE(netlink_->remove_address("eth0", vip_));
  EXPECT_TRUE(netlink_->remove_address("eth7", vip_));
}

TEST_F(NetlinkTest, PuttingOnAnInterfaceThatIsNotThereSaysSo) {
  const auto put = netlink_->put_address("eth7", vip_, 1s);
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().message, "cannot put 10.0.0.100 on eth7: there is no such interface");
}

TEST_F(NetlinkTest, NoticesThatSomebodyElseTookAnAddress) {
  ASSERT_TRUE(netlink_->put_address("eth0", vip_, std::nullopt));
  io_.restart();
  io_.run_for(50ms);
  changed_.clear();
  ASSERT_TRUE(ip("addr del 10.0.0.100/24 dev eth0"));
  EXPECT_TRUE(wait_until([&] { return !has(vip_.address); }));
  EXPECT_TRUE(changed_.contains("eth0"));
}

TEST_F(NetlinkTest, SurvivesMoreEventsThanItsBufferTakes) {
  std::string batch = "-batch - >/dev/null 2>&1 <<END\n";
  for (int i = 0; i < 3000; ++i) {
    const std::string one = "10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1);
    batch += "addr add " + one + "/32 dev eth0\n";
  }
  ASSERT_TRUE(ip(batch + "END\n"));
  EXPECT_TRUE(wait_until([&] { return count_v4() == 3001; })) << count_v4();
}

TEST_F(NetlinkTest, OldEventsDoNotSpoilWhatWasReadAfreshAfterAnOverrun) {
  for (const char* verb : {"add ", "del "}) {
    std::string batch = "-batch - >/dev/null 2>&1 <<END\n";
    for (int i = 0; i < 3000; ++i) {
      const std::string one = "10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1);
      batch += std::string("addr ") + verb + one + "/32 dev eth0\n";
    }
    ASSERT_TRUE(ip(batch + "END\n"));
  }
  EXPECT_TRUE(wait_until([&] { return count_v4() == 1; })) << count_v4();
  wait_until([] { return false; });
  EXPECT_EQ(count_v4(), 1);
}

TEST_F(NetlinkTest, RemovesByIndexWhatTheMirrorDoesNotKnow) {
  const int index = netlink_->find("eth0")->index;
  ASSERT_TRUE(netlink_->put_address("eth0", vip_, std::nullopt));
  ASSERT_TRUE(ip("link set eth0 name eth9"));
  wait_until([&] { return netlink_->find("eth0") == nullptr; });
  ASSERT_TRUE(netlink_->remove_address(index, vip_));
  EXPECT_EQ(ip_output("addr show dev eth9 to 10.0.0.100"), "");
  EXPECT_TRUE(netlink_->remove_address(7777, vip_)) << "no such interface: gone already";
}

TEST_F(NetlinkTest, PutsAnIpv6AddressWithoutDelayAndNeverAsASource) {
  const config::Vip vip{address("fd00::100"), 128};
  ASSERT_TRUE(netlink_->put_address("eth0", vip, 1s));
  const std::string shown = ip_output("addr show dev eth0 to fd00::100");
  EXPECT_NE(shown.find("nodad"), std::string::npos) << shown;
  EXPECT_EQ(shown.find("tentative"), std::string::npos) << shown;
  EXPECT_NE(shown.find("valid_lft 1sec preferred_lft 0sec"), std::string::npos) << shown;
  const auto fresh = Netlink::open(io_);
  ASSERT_TRUE(fresh);
  const InterfaceAddress* stored = (*fresh)->find("eth0")->find_address(vip.address);
  ASSERT_NE(stored, nullptr);
  EXPECT_EQ(stored->protocol, kAddressProtocol);
  EXPECT_EQ(stored->prefix, 128);
  EXPECT_TRUE(stored->usable);
  wait_until([] { return false; });
  EXPECT_FALSE(has(vip.address)) << "the lease is over by now";
  ASSERT_TRUE(netlink_->put_address("eth0", vip, std::nullopt));
  ASSERT_TRUE(netlink_->remove_address("eth0", vip));
  EXPECT_EQ(ip_output("addr show dev eth0 to fd00::100"), "");
}

TEST_F(NetlinkTest, TheHostsOwnRouteOutlivesTheLeaseOfAnIpv6VipInItsNetwork) {
  ASSERT_TRUE(ip("addr add fd00::11/64 dev eth0 nodad"));
  const config::Vip vip{address("fd00::100"), 64};
  for (int i = 0; i < 3; ++i) {
    io_.restart();
    io_.run_for(100ms);
    ASSERT_TRUE(netlink_->put_address("eth0", vip, 1s));
  }
  EXPECT_TRUE(wait_until([&] { return !has(vip.address); }));
  const std::string routes = ip_output("-6 route show dev eth0");
  EXPECT_NE(routes.find("fd00::/64"), std::string::npos) << routes;
  EXPECT_EQ(routes.find("expires"), std::string::npos) << routes;
  ASSERT_TRUE(netlink_->put_address("eth0", vip, std::nullopt));
  ASSERT_TRUE(netlink_->remove_address("eth0", vip));
  EXPECT_NE(ip_output("-6 route show dev eth0").find("fd00::/64"), std::string::npos);
}

TEST_F(NetlinkTest, AnIpv6VipAloneInItsNetworkBringsTheRoute) {
  const config::Vip vip{address("fd00::100"), 64};
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(netlink_->put_address("eth0", vip, 1s));
  EXPECT_NE(ip_output("-6 route show dev eth0").find("fd00::/64"), std::string::npos);
}

TEST_F(NetlinkTest, FollowsATentativeLinkLocalAddressUntilItIsUsable) {
  ASSERT_TRUE(ip("-6 addr flush dev eth0"));
  ASSERT_TRUE(wait_until([&] { return !netlink_->find("eth0")->link_local_address({}); }));
  changed_.clear();
  ASSERT_TRUE(ip("addr add fe80::11/64 dev eth0"));
  ASSERT_TRUE(wait_until([&] { return has(address("fe80::11")); }));
  EXPECT_EQ(netlink_->find("eth0")->link_local_address({}), std::nullopt) << "tentative";
  EXPECT_FALSE(netlink_->find("eth0")->has_usable(address("fe80::11")));
  changed_.clear();
  // The duplicate address detection takes a second or two.
  wait_until([&] { return netlink_->find("eth0")->link_local_address({}).has_value(); });
  EXPECT_TRUE(wait_until([&] { return netlink_->find("eth0")->link_local_address({}); }));
  EXPECT_TRUE(changed_.contains("eth0"));
}

TEST(InterfaceAddresses, TheFirstUsableLinkLocalAddressThatIsNoVipSendsAdverts) {
  Interface interface;
  interface.addresses = {{address("10.0.0.11"), 24, 0, true, true},
                         {address("fd00::11"), 64, 0, true, true},
                         {address("fe80::100"), 64, 0, false, true},
                         {address("fe80::bad"), 64, 0, false, false},
                         {address("fe80::11"), 64, 0, false, true}};
  const std::vector vips{address("fe80::100")};
  EXPECT_EQ(interface.link_local_address(vips), address("fe80::11"));
  EXPECT_EQ(interface.primary_address(std::nullopt, vips), address("10.0.0.11"));
}

TEST(InterfaceAddresses, TheNodesOwnAddressIsThePrimaryOneWhereverItStands) {
  Interface interface;
  interface.addresses = {{address("10.0.0.1"), 24, 0, true, true},
                         {address("10.0.0.11"), 24, 0, true, true}};
  EXPECT_EQ(interface.primary_address(address("10.0.0.11"), {}), address("10.0.0.11"));
  EXPECT_EQ(interface.primary_address(address("10.0.0.12"), {}), address("10.0.0.1"));
}

TEST(InterfaceAddresses, TheVipIsNeverThePrimaryAddress) {
  Interface interface;
  interface.addresses = {{address("169.254.0.1"), 16, 0, false, true},
                         {address("10.0.0.100"), 24, 0, true, true},
                         {address("10.0.0.11"), 24, 0, true, true}};
  const std::vector vips{address("10.0.0.100")};
  EXPECT_EQ(interface.primary_address(address("10.9.9.9"), vips), address("10.0.0.11"));
  EXPECT_EQ(interface.primary_address(address("10.9.9.9"), {}), address("10.0.0.100"));
}

TEST_F(NetlinkTest, RequestsOutliveAReconnectionThatFailed) {
  const auto requests = NetlinkRequests::open();
  ASSERT_TRUE(requests);
  const int index = netlink_->find("eth0")->index;
  // A copy: UBSan's look at the fixture's vptr needs a file descriptor.
  const AddressPut placement{index, vip_, std::nullopt, PrefixRoute::Own};
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto dumped =
      (*requests)->dump(RTM_MAX + 1);  // the kernel refuses it, hence a reconnection
  const auto without = (*requests)->put(placement);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_FALSE(dumped);
  EXPECT_FALSE(without);
  const auto put = (*requests)->put(placement);
  EXPECT_TRUE(put) << put.error().message;
}

}  // namespace
}  // namespace wslb::agent

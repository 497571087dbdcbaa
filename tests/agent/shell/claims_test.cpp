// Announcements, questions and claims: what one host sends, byte by byte, and the other notices.
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "agent/announcer.h"
#include "agent/claim_watch.h"
#include "agent/frame.h"
#include "base/checksum.h"
#include "tests/agent/shell/net_namespace.h"

namespace wslb::agent {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using Claim = std::pair<std::string, Mac>;

const Mac kMac{2, 0, 0, 0, 0, 1};

base::IpAddress address(const char* text) {
  return *base::IpAddress::parse(text);
}

base::Bytes part(const base::Bytes& bytes, std::size_t begin, std::size_t end) {
  return {bytes.begin() + static_cast<std::ptrdiff_t>(begin),
          bytes.begin() + static_cast<std::ptrdiff_t>(end)};
}

// Over the pseudo-header of an IPv6 frame and all that follows its header; 0: right.
std::uint16_t checksum_of(const base::Bytes& frame) {
  base::InternetChecksum sum;
  sum.add(part(frame, 22, frame.size()));
  sum.add_u16(static_cast<std::uint16_t>(frame.size() - 54));
  sum.add_u16(frame[20]);
  return sum.value();
}

TEST(Frames, GratuitousArpIsARequestOfTheVipForItself) {
  EXPECT_EQ(announcement(kMac, address("10.0.0.100")),
            (base::Bytes{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2,    0,    0,  0, 0, 1,  8, 6,  0,
                         1,    8,    0,    6,    4,    0,    1,    2,    0,  0, 0, 0,  1, 10, 0,
                         0,    100,  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 10, 0, 0, 100}));
}

TEST(Frames, AnArpProbeTeachesNobodyAnything) {
  const base::Bytes probe = question(kMac, address("10.0.0.100"));
  EXPECT_EQ(part(probe, 22, 28), base::Bytes(kMac.begin(), kMac.end()));
  EXPECT_EQ(part(probe, 28, 38), base::Bytes(10, 0)) << "no sender address, no target MAC";
  EXPECT_EQ(part(probe, 38, 42), (base::Bytes{10, 0, 0, 100}));
}

TEST(Frames, AnUnsolicitedNeighbourAdvertisementOverridesAndRoutesNothing) {
  const base::IpAddress vip = address("fd00::100");
  const base::Bytes frame = announcement(kMac, vip);
  ASSERT_EQ(frame.size(), 86U);
  EXPECT_EQ(part(frame, 0, 6), (base::Bytes{0x33, 0x33, 0, 0, 0, 1}));
  EXPECT_EQ(part(frame, 6, 12), base::Bytes(kMac.begin(), kMac.end()));
  EXPECT_EQ(part(frame, 12, 22), (base::Bytes{0x86, 0xdd, 0x6c, 0, 0, 0, 0, 32, 58, 255}));
  EXPECT_EQ(base::IpAddress::from_bytes(base::ByteView(frame).subspan(22, 16)), vip);
  EXPECT_EQ(base::IpAddress::from_bytes(base::ByteView(frame).subspan(38, 16)), address("ff02::1"));
  EXPECT_EQ(part(frame, 54, 56), (base::Bytes{136, 0}));
  EXPECT_EQ(part(frame, 58, 62), (base::Bytes{0x20, 0, 0, 0})) << "override only";
  EXPECT_EQ(base::IpAddress::from_bytes(base::ByteView(frame).subspan(62, 16)), vip);
  EXPECT_EQ(part(frame, 78, 86), (base::Bytes{2, 1, 2, 0, 0, 0, 0, 1}));
  EXPECT_EQ(checksum_of(frame), 0);
}

TEST(Frames, ANeighbourSolicitationForAVipComesFromNobody) {
  const base::Bytes frame = question(kMac, address("fd00::aa:bbcc"));
  ASSERT_EQ(frame.size(), 78U);
  EXPECT_EQ(part(frame, 0, 6), (base::Bytes{0x33, 0x33, 0xff, 0xaa, 0xbb, 0xcc}));
  EXPECT_EQ(part(frame, 22, 38), base::Bytes(16, 0));
  EXPECT_EQ(base::IpAddress::from_bytes(base::ByteView(frame).subspan(38, 16)),
            address("ff02::1:ffaa:bbcc"));
  EXPECT_EQ(frame[54], 135);
  EXPECT_EQ(checksum_of(frame), 0);
}

TEST(Frames, AdvertsLeaveFromTheVirtualMac) {
  const Mac vmac{0, 0, 0x5e, 0, 1, 51};
  const base::Bytes payload{0x31, 51, 1, 1};
  const base::Bytes v4 =
      multicast_advert(vmac, address("10.0.0.11"), address("224.0.0.18"), payload);
  EXPECT_EQ(part(v4, 0, 14), (base::Bytes{1, 0, 0x5e, 0, 0, 18, 0, 0, 0x5e, 0, 1, 51, 8, 0}));
  base::InternetChecksum sum;
  sum.add(part(v4, 14, 34));
  EXPECT_EQ(sum.value(), 0);
  EXPECT_EQ(part(v4, 14, 18), (base::Bytes{0x45, 0xc0, 0, 24}));
  EXPECT_EQ(part(v4, 22, 24), (base::Bytes{255, 112}));
  EXPECT_EQ(part(v4, 26, 38), (base::Bytes{10, 0, 0, 11, 224, 0, 0, 18, 0x31, 51, 1, 1}));
  const base::Bytes v6 = multicast_advert(vmac, address("fe80::11"), address("ff02::12"), payload);
  EXPECT_EQ(part(v6, 0, 6), (base::Bytes{0x33, 0x33, 0, 0, 0, 0x12}));
  EXPECT_EQ(part(v6, 18, 22), (base::Bytes{0, 4, 112, 255}));
  EXPECT_EQ(part(v6, 54, 58), payload);
}

class ClaimWatchTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!left_.ok() || !right_.ok()) GTEST_SKIP() << "needs the right to make network namespaces";
    ASSERT_TRUE(ip("link add eth0 type veth peer name eth0 netns " + left_.path()));
    for (const NetNamespace* host : {&left_, &right_}) {
      host->enter();
      ASSERT_TRUE(ip("link set eth0 up"));
    }
    const auto end = std::chrono::steady_clock::now() + 2s;
    while (ip_output("link show dev eth0").find("state UP") == std::string::npos &&
           std::chrono::steady_clock::now() < end) {
    }
  }

  // The watch of the right host.
  void watch(const std::vector<base::IpAddress>& vips, const Mac& own) {
    right_.enter();
    Interface eth0;
    eth0.name = "eth0";
    eth0.index = static_cast<int>(::if_nametoindex("eth0"));
    auto opened = ClaimWatch::open(io_, eth0, vips, std::vector{own},
                                   [this](const base::IpAddress& vip, const Mac& mac) {
                                     claims_.emplace_back(vip.to_string(), mac);
                                   });
    ASSERT_TRUE(opened) << opened.error().message;
    watch_ = std::move(*opened);
  }

  void send_from_left(const base::Bytes& frame, int count = 1) {
    left_.enter();
    auto announcer = Announcer::open();
    ASSERT_TRUE(announcer);
    ASSERT_TRUE(announcer->send(static_cast<int>(::if_nametoindex("eth0")), frame, count));
  }

  void run_for(std::chrono::milliseconds time) {
    io_.restart();
    io_.run_for(time);
  }

  NetNamespace left_;
  NetNamespace right_;
  boost::asio::io_context io_;
  std::unique_ptr<ClaimWatch> watch_;
  std::vector<Claim> claims_;
  const Mac own_{2, 0, 0, 0, 0, 9};
};

TEST_F(ClaimWatchTest, TellsWhoElseSaysThatItHasAVip) {
  watch({address("10.0.0.99"), address("10.0.0.100")}, own_);
  send_from_left(announcement(kMac, address("10.0.0.100")));
  send_from_left(announcement(kMac, address("10.0.0.101")));  // not a VIP
  send_from_left(announcement(own_, address("10.0.0.100")));  // our own, come back
  send_from_left(question(kMac, address("10.0.0.100")));      // claims nothing
  run_for(100ms);
  EXPECT_THAT(claims_, ElementsAre(Claim{"10.0.0.100", kMac}));
}

TEST_F(ClaimWatchTest, TellsOfIpv6ClaimsToo) {
  watch({address("fd00::99"), address("fd00::100")}, own_);
  send_from_left(announcement(kMac, address("fd00::100")));
  send_from_left(announcement(kMac, address("fd00::101")));
  send_from_left(announcement(own_, address("fd00::100")));
  send_from_left(question(kMac, address("fd00::100")));
  run_for(100ms);
  EXPECT_THAT(claims_, ElementsAre(Claim{"fd00::100", kMac}));
}

TEST_F(ClaimWatchTest, AQuestionMakesTheOtherOwnerShowUp) {
  left_.enter();
  ASSERT_TRUE(ip("addr add 10.0.0.100/32 dev eth0") &&
              ip("link set eth0 address 02:00:00:00:00:01"));
  ASSERT_TRUE(ip("addr add fd00::100/128 dev eth0 nodad"));
  for (const char* vip : {"10.0.0.100", "fd00::100"}) {
    claims_.clear();
    watch({address(vip)}, own_);
    right_.enter();
    ASSERT_TRUE(ip("link set eth0 address 02:00:00:00:00:09"));
    auto announcer = Announcer::open();
    ASSERT_TRUE(announcer);
    ASSERT_TRUE(
        announcer->send(static_cast<int>(::if_nametoindex("eth0")), question(own_, address(vip))));
    run_for(300ms);
    EXPECT_THAT(claims_, ElementsAre(Claim{vip, kMac}));
  }
}

TEST_F(ClaimWatchTest, OfAFloodAFewGetThrough) {
  watch({address("10.0.0.100")}, own_);
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) {
    send_from_left(announcement(kMac, address("10.0.0.100")), 200);
    run_for(10ms);
  }
  const auto windows =
      static_cast<std::size_t>((std::chrono::steady_clock::now() - begin) / 100ms) + 2;
  EXPECT_GE(claims_.size(), 16U);
  EXPECT_LE(claims_.size(), 16U * windows) << "16 in each 100 ms";
}

}  // namespace
}  // namespace wslb::agent

// Two hosts in two namespaces with a cable between them, and what one sees of the other's packets.
#include "agent/vrrp_socket.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "tests/agent/shell/net_namespace.h"

namespace wslb::agent {
namespace {

using namespace std::chrono_literals;

struct Seen {
  std::string source;
  std::string destination;
  int ttl = 0;
  base::Bytes payload;
};

class VrrpSocketTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!left_.ok() || !right_.ok()) GTEST_SKIP() << "needs the right to make network namespaces";
    // The thread is in the right one now.
    ASSERT_TRUE(ip("link add eth0 type veth peer name eth0 netns " + left_.path()));
    ASSERT_TRUE(ip("addr add 10.0.0.12/24 dev eth0") && ip("link set eth0 up"));
    // A VIP before the primary address would be the kernel's first choice of a source.
    left_.enter();
    ASSERT_TRUE(ip("addr add 10.0.0.100/24 dev eth0") && ip("addr add 10.0.0.11/24 dev eth0"));
    ASSERT_TRUE(ip("link set eth0 up"));
    // The kernel drops what is sent before it has noticed the cable.
    ASSERT_TRUE(has_carrier(left_) && has_carrier(right_));
  }

  // Waits until eth0 of the host is up, two seconds at most.
  static bool has_carrier(const NetNamespace& host) {
    host.enter();
    const auto end = std::chrono::steady_clock::now() + 2s;
    while (std::chrono::steady_clock::now() < end) {
      if (ip_output("link show dev eth0").find("state UP") != std::string::npos) return true;
    }
    return false;
  }

  // Of eth0 in the namespace that the thread is in; VRID 0x33, which advert_ names.
  VrrpSocket::Settings settings(config::Transport transport) const {
    return {.interface = "eth0",
            .interface_index = static_cast<int>(::if_nametoindex("eth0")),
            .family = family_,
            .vrid = 0x33,
            .transport = transport};
  }

  std::unique_ptr<VrrpSocket> open(const NetNamespace& host, config::Transport transport,
                                   std::vector<Seen>& seen) {
    host.enter();
    auto opened =
        VrrpSocket::open(io_, settings(transport), [&seen](const vrrp::Datagram& packet) {
          seen.push_back({packet.source.to_string(), packet.destination.to_string(), packet.ttl,
                          base::Bytes(packet.payload.begin(), packet.payload.end())});
        });
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }

  // Runs the loop until `done` holds, two seconds at most.
  template <typename Done>
  void run_until(Done done) {
    const auto end = std::chrono::steady_clock::now() + 2s;
    while (!done() && std::chrono::steady_clock::now() < end) {
      io_.restart();
      io_.run_one_for(20ms);
    }
  }

  // And a little longer, for what should not come.
  void run_briefly() {
    io_.restart();
    io_.run_for(50ms);
  }

  // Of the namespace that the thread is in. The kernel joins the group that neighbour solicitations
  // are sent to, and takes what is sent to the address for its own, some time after the address is
  // there: until then nobody reaches it. Ten seconds at most.
  static bool takes(const std::string& address) {
    const std::string group = "ff02::1:ff00:" + address.substr(address.rfind(':') + 1);
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (std::chrono::steady_clock::now() < end) {
      const std::string routes = ip_output("-6 route show table local dev eth0");
      if (routes.find("local " + address + " ") != std::string::npos &&
          ip_output("maddr show dev eth0").find(group) != std::string::npos) {
        return true;
      }
    }
    return false;
  }

  // Gives both hosts link-local addresses that are usable at once.
  void use_ipv6() {
    family_ = base::Family::V6;
    for (const NetNamespace* host : {&left_, &right_}) {
      host->enter();
      const char* own = host == &left_ ? "fe80::11" : "fe80::12";
      ASSERT_TRUE(ip("-6 addr flush dev eth0"));
      ASSERT_TRUE(ip(std::string("addr add ") + own + "/64 dev eth0 nodad"));
      ASSERT_TRUE(takes(own));
    }
  }

  base::Family family_ = base::Family::V4;
  NetNamespace left_;
  NetNamespace right_;
  boost::asio::io_context io_;
  std::vector<Seen> seen_left_;
  std::vector<Seen> seen_right_;
  const base::Bytes advert_{0x31, 0x33, 0x64, 0x01};
  const base::IpAddress source_ = *base::IpAddress::parse("10.0.0.11");
};

TEST_F(VrrpSocketTest, MulticastReachesTheOtherHostAndNotItself) {
  const auto left = open(left_, config::Transport::Multicast, seen_left_);
  const auto right = open(right_, config::Transport::Multicast, seen_right_);
  ASSERT_TRUE(left->send(source_, *base::IpAddress::parse("224.0.0.18"), advert_));
  run_until([&] { return !seen_right_.empty(); });
  run_briefly();
  ASSERT_EQ(seen_right_.size(), 1U);
  EXPECT_EQ(seen_right_[0].source, "10.0.0.11");
  EXPECT_EQ(seen_right_[0].destination, "224.0.0.18");
  EXPECT_EQ(seen_right_[0].ttl, 255);
  EXPECT_EQ(seen_right_[0].payload, advert_);
  EXPECT_TRUE(seen_left_.empty());
}

TEST_F(VrrpSocketTest, UnicastReachesTheOneItIsSentTo) {
  const auto left = open(left_, config::Transport::Unicast, seen_left_);
  const auto right = open(right_, config::Transport::Unicast, seen_right_);
  ASSERT_TRUE(left->send(source_, *base::IpAddress::parse("10.0.0.12"), advert_));
  run_until([&] { return !seen_right_.empty(); });
  ASSERT_EQ(seen_right_.size(), 1U);
  EXPECT_EQ(seen_right_[0].source, "10.0.0.11");
  EXPECT_EQ(seen_right_[0].destination, "10.0.0.12");
  EXPECT_EQ(seen_right_[0].ttl, 255);
}

TEST_F(VrrpSocketTest, AHandlerMayDestroyTheSocket) {
  const auto left = open(left_, config::Transport::Unicast, seen_left_);
  right_.enter();
  std::unique_ptr<VrrpSocket> right;
  int packets = 0;
  auto opened =
      VrrpSocket::open(io_, settings(config::Transport::Unicast), [&](const vrrp::Datagram&) {
        ++packets;
        right.reset();
      });
  ASSERT_TRUE(opened);
  right = std::move(*opened);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(left->send(source_, *base::IpAddress::parse("10.0.0.12"), advert_));
  }
  run_until([&] { return packets > 0; });
  run_briefly();
  EXPECT_EQ(packets, 1);
}

TEST_F(VrrpSocketTest, AnInterfaceThatIsDownIsAnErrorOfSending) {
  const auto left = open(left_, config::Transport::Multicast, seen_left_);
  ASSERT_TRUE(ip("link set eth0 down"));
  const auto sent = left->send(source_, *base::IpAddress::parse("224.0.0.18"), advert_);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().message, "Network is unreachable");
  run_briefly();
}

TEST_F(VrrpSocketTest, AnInterfaceThatIsNotThereIsNamed) {
  const auto opened = VrrpSocket::open(io_, {.interface = "eth7", .interface_index = 77}, {});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message, "cannot open a VRRP socket on eth7: No such device");
}

TEST_F(VrrpSocketTest, ItsPacketsGoAheadOfAllData) {
  const auto left = open(left_, config::Transport::Multicast, seen_left_);
  int priority = 0;
  socklen_t length = sizeof priority;
  ASSERT_EQ(::getsockopt(left->native_handle(), SOL_SOCKET, SO_PRIORITY, &priority, &length), 0);
  EXPECT_EQ(priority, 7);
  int service = 0;
  ASSERT_EQ(::getsockopt(left->native_handle(), IPPROTO_IP, IP_TOS, &service, &length), 0);
  EXPECT_EQ(service, 0xc0);
}

TEST_F(VrrpSocketTest, AFarewellLeavesFromAnAddressThatHasJustGone) {
  for (const auto transport : {config::Transport::Multicast, config::Transport::Unicast}) {
    const bool unicast = transport == config::Transport::Unicast;
    const auto left = open(left_, transport, seen_left_);
    const auto right = open(right_, transport, seen_right_);
    left_.enter();
    ASSERT_TRUE(ip("addr flush dev eth0"));
    seen_right_.clear();
    const auto sent =
        left->send(source_, *base::IpAddress::parse(unicast ? "10.0.0.12" : "224.0.0.18"), advert_);
    EXPECT_TRUE(sent) << sent.error().message;
    run_until([&] { return !seen_right_.empty(); });
    ASSERT_EQ(seen_right_.size(), 1U);
    EXPECT_EQ(seen_right_[0].source, "10.0.0.11");
  }
}

TEST_F(VrrpSocketTest, Ipv6MulticastReachesTheOtherHostAndNotItself) {
  use_ipv6();
  const auto left = open(left_, config::Transport::Multicast, seen_left_);
  const auto right = open(right_, config::Transport::Multicast, seen_right_);
  const auto sent =
      left->send(*base::IpAddress::parse("fe80::11"), *base::IpAddress::parse("ff02::12"), advert_);
  ASSERT_TRUE(sent) << sent.error().message;
  run_until([&] { return !seen_right_.empty(); });
  run_briefly();
  ASSERT_EQ(seen_right_.size(), 1U);
  EXPECT_EQ(seen_right_[0].source, "fe80::11");
  EXPECT_EQ(seen_right_[0].destination, "ff02::12");
  EXPECT_EQ(seen_right_[0].ttl, 255);
  EXPECT_EQ(seen_right_[0].payload, advert_) << "the kernel has not touched the checksum";
  EXPECT_TRUE(seen_left_.empty());
}

TEST_F(VrrpSocketTest, Ipv6UnicastReachesLinkLocalAndGlobalPeers) {
  use_ipv6();
  left_.enter();
  ASSERT_TRUE(ip("addr add fd00::11/64 dev eth0 nodad") && takes("fd00::11"));
  right_.enter();
  ASSERT_TRUE(ip("addr add fd00::12/64 dev eth0 nodad") && takes("fd00::12"));
  const auto left = open(left_, config::Transport::Unicast, seen_left_);
  const auto right = open(right_, config::Transport::Unicast, seen_right_);
  for (const std::string prefix : {"fe80::", "fd00::"}) {
    seen_right_.clear();
    const auto sent = left->send(*base::IpAddress::parse(prefix + "11"),
                                 *base::IpAddress::parse(prefix + "12"), advert_);
    ASSERT_TRUE(sent) << sent.error().message;
    run_until([&] { return !seen_right_.empty(); });
    ASSERT_EQ(seen_right_.size(), 1U);
    EXPECT_EQ(seen_right_[0].source, prefix + "11");
    EXPECT_EQ(seen_right_[0].destination, prefix + "12");
    EXPECT_EQ(seen_right_[0].ttl, 255);
  }
}

TEST_F(VrrpSocketTest, AnIpv6FarewellLeavesFromAnAddressThatHasJustGone) {
  use_ipv6();
  left_.enter();
  ASSERT_TRUE(ip("addr add fe80::99/64 dev eth0 nodad"));
  const auto left = open(left_, config::Transport::Multicast, seen_left_);
  const auto right = open(right_, config::Transport::Multicast, seen_right_);
  left_.enter();
  ASSERT_TRUE(ip("addr del fe80::11/64 dev eth0"));
  const auto sent =
      left->send(*base::IpAddress::parse("fe80::11"), *base::IpAddress::parse("ff02::12"), advert_);
  EXPECT_TRUE(sent) << sent.error().message;
  run_until([&] { return !seen_right_.empty(); });
  ASSERT_EQ(seen_right_.size(), 1U);
  EXPECT_EQ(seen_right_[0].source, "fe80::11");
}

TEST_F(VrrpSocketTest, PacketsOfAnotherVridAreDroppedByTheKernelAndShortOnesPass) {
  const base::Bytes foreign{0x31, 0x34, 0x64, 0x01};
  const base::Bytes shortest{0x31};
  for (const bool ipv6 : {false, true}) {
    if (ipv6) use_ipv6();
    seen_right_.clear();
    const auto left = open(left_, config::Transport::Multicast, seen_left_);
    const auto right = open(right_, config::Transport::Multicast, seen_right_);
    const auto source = ipv6 ? *base::IpAddress::parse("fe80::11") : source_;
    const auto group = *base::IpAddress::parse(ipv6 ? "ff02::12" : "224.0.0.18");
    for (const base::Bytes& packet : {foreign, shortest, base::Bytes{}, advert_}) {
      ASSERT_TRUE(left->send(source, group, packet));
    }
    run_until([&] { return seen_right_.size() >= 3; });
    run_briefly();
    ASSERT_EQ(seen_right_.size(), 3U);
    EXPECT_EQ(seen_right_[0].payload, shortest);
    EXPECT_EQ(seen_right_[1].payload, base::Bytes{});
    EXPECT_EQ(seen_right_[2].payload, advert_);
  }
}

}  // namespace
}  // namespace wslb::agent

#include <string>

#include <gmock/gmock.h>

#include "tests/config/loaded.h"

namespace wslb::config {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kTwoNodes = "cluster edge\n node lb1 10.0.0.11\n node lb2 10.0.0.12\n";
const std::string kNoSecret = kTwoNodes + " secret none\n";
const std::string kOneVip = "vrrp v\n interface eth0\n vrid 51\n vip 10.0.0.100\n";

TEST(VrrpTest, HasDefaults) {
  // The sections may come in any order.
  const Config config = clean("vrrp v\n interface eth0\n vrid 51\n vip 10.0.0.100\n" + kNoSecret);
  const VrrpSection& vrrp = config.vrrps.at(0);
  EXPECT_THAT(vrrp.vips, ElementsAre(Vip{*base::IpAddress::parse("10.0.0.100"), 32}));
  EXPECT_EQ(vrrp.advert, base::Centiseconds(100));
  EXPECT_EQ(vrrp.version, 3);
  EXPECT_EQ(vrrp.transport, Transport::Multicast);
  EXPECT_FALSE(vrrp.preempt.enabled);
  EXPECT_EQ(vrrp.lease, seconds(1));
  EXPECT_EQ(vrrp.group, "");
  EXPECT_EQ(vrrp.checksum, ChecksumRule::Auto);
  EXPECT_EQ(vrrp.auth, Auth::None);
  EXPECT_FALSE(vrrp.use_vmac);
  EXPECT_EQ(vrrp.start_delay, seconds(0));
  EXPECT_TRUE(vrrp.notify.empty());
  EXPECT_EQ(vrrp.priority_of("lb1", *config.cluster), 200);
  EXPECT_EQ(vrrp.priority_of("lb2", *config.cluster), 199);
}

TEST(VrrpTest, TakesEveryKeyword) {
  const Config config = clean(kNoSecret +
                              "vrrp v\n interface eth0\n vrid 51\n vip 10.0.0.100/24\n"
                              " vip 10.0.0.101/24\n priority lb1 150\n advert 10ms\n version 3\n"
                              " transport unicast\n unicast-peer 10.0.0.13\n preempt after 30s\n"
                              " lease off\n group web\n track interface eth1\n"
                              " track interface eth2\n track file /run/a\n track file /run/b\n"
                              " checksum rfc9568\n use-vmac\n start-delay 10m\n"
                              " notify /usr/bin/hook one \"two words\"\n");
  const VrrpSection& vrrp = config.vrrps.at(0);
  EXPECT_EQ(vrrp.interface, "eth0");
  EXPECT_EQ(vrrp.vrid, 51);
  EXPECT_EQ(vrrp.vips.size(), 2U);
  EXPECT_EQ(vrrp.vips[1].prefix, 24);
  EXPECT_EQ(vrrp.priority_of("lb1", *config.cluster), 150);
  EXPECT_EQ(vrrp.advert, base::Centiseconds(1));
  EXPECT_EQ(vrrp.transport, Transport::Unicast);
  EXPECT_THAT(vrrp.unicast_peers, ElementsAre(*base::IpAddress::parse("10.0.0.13")));
  EXPECT_TRUE(vrrp.preempt.enabled);
  EXPECT_EQ(vrrp.preempt.after, seconds(30));
  EXPECT_EQ(vrrp.lease, std::nullopt);
  EXPECT_EQ(vrrp.group, "web");
  EXPECT_THAT(vrrp.track_interfaces, ElementsAre("eth1", "eth2"));
  EXPECT_THAT(vrrp.track_files, ElementsAre("/run/a", "/run/b"));
  EXPECT_EQ(vrrp.checksum, ChecksumRule::Rfc9568);
  EXPECT_TRUE(vrrp.use_vmac);
  EXPECT_EQ(vrrp.start_delay, std::chrono::minutes(10));
  EXPECT_THAT(vrrp.notify, ElementsAre("/usr/bin/hook", "one", "two words"));
}

TEST(VrrpTest, OneVridMayServeTwoInterfaces) {
  const Config config = clean(kNoSecret +
                              "vrrp a\n interface eth0\n vrid 1\n vip 10.0.0.100/24\n preempt on\n"
                              "vrrp b\n interface eth1\n vrid 1\n vip 10.0.1.100/24\n"
                              " advert 40950ms\n lease 5s\n");
  EXPECT_TRUE(config.vrrps[0].preempt.enabled);
  EXPECT_EQ(config.vrrps[1].advert, base::Centiseconds(4095));
  EXPECT_EQ(config.vrrps[1].lease, seconds(5));
}

TEST(VrrpTest, OneVridMayServeBothFamilies) {
  const Config config = clean(kNoSecret + kOneVip +
                              " group g\nvrrp six\n interface eth0\n vrid 51\n group g\n"
                              " vip fe80::100\n vip 2001:db8::100/64\n");
  EXPECT_THAT(config.vrrps.at(1).vips,
              ElementsAre(Vip{*base::IpAddress::parse("fe80::100"), 128},
                          Vip{*base::IpAddress::parse("2001:db8::100"), 64}));
}

TEST(VrrpTest, Version2CountsWholeSeconds) {
  const auto advert_of = [](const std::string& line) {
    return clean(kNoSecret + kOneVip + " version 2\n" + line).vrrps.at(0).advert;
  };
  EXPECT_EQ(advert_of(""), base::Centiseconds(100));
  EXPECT_EQ(advert_of(" advert 1s\n"), base::Centiseconds(100));
  EXPECT_EQ(advert_of(" advert 255s\n"), base::Centiseconds(25500));
  const auto errors_of = [](const std::string& line) {
    return diagnostics_of(load_text(kNoSecret + kOneVip + line));
  };
  EXPECT_THAT(errors_of(" version 2\n advert 100ms\n"), HasSubstr("expects whole seconds"));
  EXPECT_THAT(errors_of(" advert 41s\n version 2\n"), "");
  EXPECT_THAT(errors_of(" advert 41s\n"), HasSubstr("10ms to 40950ms"));
}

TEST(VrrpTest, PriorityGoesUpTo255) {
  const Config config = clean(kNoSecret + kOneVip + " priority lb2 255\n");
  EXPECT_EQ(config.vrrps.at(0).priority_of("lb2", *config.cluster), 255);
}

TEST(VrrpTest, UnicastTakesTheNodesAddressOfTheFamily) {
  const std::string nodes = "cluster edge\n node lb1 10.0.0.11 2001:db8::11\n secret none\n";
  const Config config = clean(nodes +
                              "vrrp six\n interface eth0\n vrid 51\n vip 2001:db8::100\n"
                              " transport unicast\n unicast-peer fe80::13\n");
  EXPECT_THAT(config.vrrps.at(0).unicast_peers, ElementsAre(*base::IpAddress::parse("fe80::13")));
}

TEST(AuthTest, FollowsFromTheSecret) {
  const std::string secret = kTwoNodes + " secret-file /etc/wslb/cluster.key\n";
  const auto auth_of = [&](const std::string& lines) {
    return clean(secret + kOneVip + lines).vrrps.at(0).auth;
  };
  EXPECT_EQ(auth_of(""), Auth::Enforce);
  EXPECT_EQ(auth_of(" version 2\n"), Auth::None);
  EXPECT_EQ(auth_of(" auth none\n"), Auth::None);
  EXPECT_EQ(auth_of(" auth hmac\n"), Auth::Enforce);
  EXPECT_EQ(auth_of(" auth hmac enforce\n"), Auth::Enforce);
  EXPECT_EQ(auth_of(" auth hmac permissive\n"), Auth::Permissive);
  EXPECT_EQ(auth_of(" auth hmac receive-only\n"), Auth::ReceiveOnly);
  // The cluster may stand below.
  EXPECT_EQ(clean(kOneVip + secret).vrrps.at(0).auth, Auth::Enforce);
}

TEST(AuthTest, NeedsASecretAndVersion3) {
  const auto without = load_text(kNoSecret + kOneVip + " auth hmac\n");
  EXPECT_THAT(diagnostics_of(without), HasSubstr("needs a 'secret-file FILE'"));
  const auto old =
      load_text(kTwoNodes + " secret-file /k\n" + kOneVip + " auth hmac\n version 2\n");
  EXPECT_THAT(diagnostics_of(old), HasSubstr("'auth hmac' needs 'version 3'"));
}

// As many VIPs as `count`, from `prefix` with 1 and more.
std::string vips(const std::string& prefix, int count) {
  std::string lines;
  for (int i = 1; i <= count; ++i) lines += " vip " + prefix + std::to_string(i) + "\n";
  return lines;
}

TEST(VrrpTest, AnAdvertHoldsSoManyAddresses) {
  const auto errors_of = [](const std::string& lines) {
    return diagnostics_of(load_text(kNoSecret + "vrrp v\n interface eth0\n vrid 51\n" + lines));
  };
  EXPECT_EQ(errors_of(vips("2001:db8::", 75)), "");
  EXPECT_THAT(errors_of(vips("2001:db8::", 76)),
              HasSubstr("t.cfg:83: error: a vrrp section has at most 75 addresses of IPv6"));
  EXPECT_EQ(errors_of(vips("10.0.1.", 255)), "");
  EXPECT_THAT(errors_of(vips("10.0.1.", 255) + " vip 10.0.2.1\n"),
              HasSubstr("at most 255 addresses of IPv4"));
}

}  // namespace
}  // namespace wslb::config

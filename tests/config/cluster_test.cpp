#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>

#include "tests/config/loaded.h"

namespace wslb::config {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kCluster =
    "cluster edge\n node lb1 10.0.0.11\n node lb2 10.0.0.12\n secret none\n";

TEST(ClusterTest, HasDefaults) {
  const Cluster cluster = *clean(kCluster).cluster;
  EXPECT_EQ(cluster.name, "edge");
  ASSERT_EQ(cluster.nodes.size(), 2U);
  EXPECT_EQ(cluster.find_node("lb2")->address, base::IpAddress::parse("10.0.0.12"));
  EXPECT_EQ(cluster.find_node("lb3"), nullptr);
  EXPECT_EQ(cluster.secret_file, std::nullopt);
  EXPECT_EQ(cluster.peer_port, 8405);
  EXPECT_EQ(cluster.takeover_after, milliseconds(300));
  EXPECT_TRUE(cluster.proxy_command.empty());
}

TEST(ClusterTest, TakesEveryKeyword) {
  const LoadResult loaded = load_text(
      "cluster edge\n node lb1 10.0.0.11\n secret-file /etc/k\n peer-port 9000\n proxy wslb\n"
      " takeover-after 0\n proxy-command wslb-proxy -f /etc/wslb/wslb.cfg\n");
  EXPECT_FALSE(loaded.diagnostics.has_errors());
  const Cluster& cluster = *loaded.config.cluster;
  EXPECT_EQ(cluster.secret_file, "/etc/k");
  EXPECT_EQ(cluster.peer_port, 9000);
  EXPECT_EQ(cluster.takeover_after, seconds(0));
  EXPECT_THAT(cluster.proxy_command, ElementsAre("wslb-proxy", "-f", "/etc/wslb/wslb.cfg"));
}

TEST(ClusterTest, WarnsOfWhatHasNoEffectYet) {
  const LoadResult loaded = load_text(
      "cluster edge\n node lb1 10.0.0.11\n secret-file /etc/k\n peer-port 9000\n"
      " takeover-after 100ms\n");
  EXPECT_FALSE(loaded.diagnostics.has_errors());
  const std::string text = diagnostics_of(loaded);
  EXPECT_THAT(text, HasSubstr("t.cfg:3: warning: 'secret-file' has no effect"));
  EXPECT_THAT(text, HasSubstr("t.cfg:4: warning: 'peer-port' has no effect"));
  EXPECT_THAT(text, HasSubstr("t.cfg:5: warning: 'takeover-after' counts as 0"));
}

TEST(VrrpTest, HasDefaults) {
  // The sections may come in any order.
  const Config config = clean("vrrp v\n interface eth0\n vrid 51\n vip 10.0.0.100\n" + kCluster);
  const VrrpSection& vrrp = config.vrrps.at(0);
  EXPECT_THAT(vrrp.vips, ElementsAre(Vip{*base::IpAddress::parse("10.0.0.100"), 32}));
  EXPECT_EQ(vrrp.advert, base::Centiseconds(100));
  EXPECT_EQ(vrrp.version, 3);
  EXPECT_EQ(vrrp.transport, Transport::Multicast);
  EXPECT_FALSE(vrrp.preempt.enabled);
  EXPECT_EQ(vrrp.lease, seconds(1));
  EXPECT_EQ(vrrp.group, "");
  EXPECT_EQ(vrrp.priority_of("lb1", *config.cluster), 200);
  EXPECT_EQ(vrrp.priority_of("lb2", *config.cluster), 199);
}

TEST(VrrpTest, TakesEveryKeyword) {
  const Config config = clean(kCluster +
                              "vrrp v\n interface eth0\n vrid 51\n vip 10.0.0.100/24\n"
                              " vip 10.0.0.101/24\n priority lb1 150\n advert 10ms\n version 3\n"
                              " transport unicast\n unicast-peer 10.0.0.13\n preempt after 30s\n"
                              " lease off\n group web\n track interface eth1\n"
                              " track interface eth2\n");
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
}

TEST(VrrpTest, OneVridMayServeTwoInterfaces) {
  const Config config = clean(kCluster +
                              "vrrp a\n interface eth0\n vrid 1\n vip 10.0.0.100/24\n preempt on\n"
                              "vrrp b\n interface eth1\n vrid 1\n vip 10.0.1.100/24\n"
                              " advert 40950ms\n lease 5s\n");
  EXPECT_TRUE(config.vrrps[0].preempt.enabled);
  EXPECT_EQ(config.vrrps[1].advert, base::Centiseconds(4095));
  EXPECT_EQ(config.vrrps[1].lease, seconds(5));
}

TEST(LoadTest, EqualPrioritiesAreAWarning) {
  const auto result = load_text(kCluster +
                                "vrrp v\n interface eth0\n vrid 51\n vip 10.0.0.100\n"
                                " priority lb1 199\n");
  EXPECT_FALSE(result.diagnostics.has_errors());
  EXPECT_THAT(diagnostics_of(result), HasSubstr("same priority 199"));
}

TEST(LoadTest, SeveralFilesAreOneConfiguration) {
  const auto result = load({{"b.cfg", "cluster edge\n node lb1 10.0.0.11\n secret none\n"},
                            {"a.cfg", "  daemon\nglobal\n  maxcon 5\n"}});
  EXPECT_TRUE(result.config.cluster.has_value());
  EXPECT_EQ(diagnostics_of(result),
            "a.cfg:1: error: unknown keyword 'daemon' before the first section; expects 'global', "
            "'defaults', 'frontend', 'backend', 'listen', 'cluster' or 'vrrp'\n"
            "a.cfg:3: error: unknown keyword 'maxcon' in 'global' section; did you mean "
            "'maxconn'?\n");
}

TEST(LoadTest, NothingIsAValidConfiguration) {
  EXPECT_TRUE(clean("").proxies.empty());
  EXPECT_EQ(diagnostics_of(load({})), "");
}

TEST(LoadTest, TheExampleOfAPairIsClean) {
  std::ifstream file("docs/examples/pair.cfg");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const Config config = clean(text);
  EXPECT_EQ(config.cluster->nodes.size(), 2U);
  EXPECT_EQ(config.vrrps.size(), 1U);
  EXPECT_EQ(config.proxies.size(), 3U);
}

}  // namespace
}  // namespace wslb::config

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
  EXPECT_TRUE(cluster.vault);
  EXPECT_EQ(cluster.patience(), milliseconds(300));
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

TEST(ClusterTest, TheStatusPageIsWhereItIsSaid) {
  const auto at = [](const std::string& where) {
    const Cluster cluster = *clean(kCluster + " status-bind " + where + "\n").cluster;
    return cluster.status_bind->endpoint(cluster.nodes.back()).to_string();
  };
  EXPECT_EQ(at("127.0.0.1:8406"), "127.0.0.1:8406");
  EXPECT_EQ(at("[::1]:8406"), "[::1]:8406");
  EXPECT_EQ(at("node:8406"), "10.0.0.12:8406");
  EXPECT_EQ(at("*:8406"), "[::]:8406");
  EXPECT_EQ(clean(kCluster).cluster->status_bind, std::nullopt);
}

TEST(ClusterTest, TheStatusPageNeedsAPortOfItsOwn) {
  for (const char* where : {"node:8405", "*:8405", "10.0.0.11:8405"}) {
    EXPECT_THAT(
        load_text(kCluster + " status-bind " + where + "\n").diagnostics.all().at(0).to_string(),
        HasSubstr("has the port of 'peer-port'"));
  }
  EXPECT_FALSE(load_text(kCluster + " status-bind 127.0.0.1:8405\n").diagnostics.has_errors());
  for (const char* where : {"8406", "node", "nowhere:8406", "*:0", "*:70000", "node:"}) {
    EXPECT_THAT(
        load_text(kCluster + " status-bind " + where + "\n").diagnostics.all().at(0).to_string(),
        HasSubstr("expects ADDRESS:PORT"));
  }
}

const std::string kExternal =
    " proxy external pidfile /run/haproxy.pid check http://127.0.0.1:80/up\n";

TEST(ClusterTest, TheVaultGivesADeadProxyItsTime) {
  const Cluster cluster = *clean(kCluster + " takeover-after 100ms\n vault on\n").cluster;
  EXPECT_TRUE(cluster.vault);
  EXPECT_EQ(cluster.patience(), milliseconds(100));
}

TEST(ClusterTest, WithoutTheVaultNobodyIsWaitedFor) {
  EXPECT_EQ(clean(kCluster + " vault off\n").cluster->patience(), seconds(0));
  EXPECT_EQ(clean(kCluster + " takeover-after 0\n").cluster->patience(), seconds(0));
  EXPECT_EQ(clean(kCluster + " takeover-after 0\n vault off\n").cluster->patience(), seconds(0));
  EXPECT_EQ(clean(kCluster + kExternal).cluster->patience(), seconds(0));
  EXPECT_EQ(clean(kCluster + kExternal + " vault off\n").cluster->patience(), seconds(0));
}

TEST(ClusterTest, WarnsOfAPatienceThatHasNoEffect) {
  const LoadResult off = load_text(kCluster + " takeover-after 100ms\n vault off\n");
  EXPECT_FALSE(off.diagnostics.has_errors());
  EXPECT_THAT(diagnostics_of(off),
              HasSubstr("t.cfg:5: warning: 'takeover-after' counts as 0 with 'vault off'"));
  const LoadResult external = load_text(kCluster + kExternal + " takeover-after 100ms\n");
  EXPECT_FALSE(external.diagnostics.has_errors());
  EXPECT_THAT(diagnostics_of(external),
              HasSubstr("t.cfg:6: warning: 'takeover-after' counts as 0 with 'proxy external'"));
}

TEST(ClusterTest, AnotherProxyHasNoVault) {
  const LoadResult loaded = load_text(kCluster + " vault on\n" + kExternal);
  EXPECT_TRUE(loaded.diagnostics.has_errors());
  EXPECT_EQ(diagnostics_of(loaded),
            "t.cfg:5: error: 'vault on' cannot keep the connections of a 'proxy external', which "
            "does not hand them over; remove one of the two lines\n");
}

TEST(ClusterTest, ANodeMayHaveAnAddressOfEachFamily) {
  const auto four = *base::IpAddress::parse("10.0.0.11");
  const auto six = *base::IpAddress::parse("fe80::11");
  const Cluster cluster =
      *clean("cluster edge\n node lb1 10.0.0.11 fe80::11\n node lb2 2001:db8::2\n secret none\n")
           .cluster;
  const Node& node = cluster.nodes.at(0);
  EXPECT_EQ(*node.address_of(base::Family::V4), four);
  EXPECT_EQ(*node.address_of(base::Family::V6), six);
  EXPECT_EQ(cluster.nodes.at(1).address_of(base::Family::V4), nullptr);
  EXPECT_EQ(cluster.node_at(four), &node);
  EXPECT_EQ(cluster.node_at(six), &node);
  EXPECT_EQ(cluster.node_at(*base::IpAddress::parse("10.0.0.12")), nullptr);
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

Config example(const std::string& name) {
  std::ifstream file("docs/examples/" + name);
  return clean({std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
}

TEST(LoadTest, TheExamplesAreClean) {
  for (const Config& config : {example("minimal.cfg"), example("pair.cfg")}) {
    EXPECT_EQ(config.cluster->nodes.size(), 2U);
    EXPECT_EQ(config.vrrps.size(), 1U);
    EXPECT_EQ(config.vrrps[0].auth, Auth::Enforce);
  }
  EXPECT_EQ(example("minimal.cfg").proxies.size(), 2U);
  EXPECT_EQ(example("pair.cfg").proxies.size(), 3U);
}

}  // namespace
}  // namespace wslb::config

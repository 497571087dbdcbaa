#include <string>

#include <gmock/gmock.h>

#include "tests/config/loaded.h"

namespace wslb::config {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

base::Endpoint endpoint(const char* address, std::uint16_t port) {
  return {*base::IpAddress::parse(address), port};
}

TEST(GlobalTest, TakesEveryKeyword) {
  const Global global = clean(
                            "global\n daemon\n maxconn 20000\n nbthread 4\n pidfile /run/p\n"
                            " log 10.0.0.9 local3\n log 10.0.0.9:515 daemon notice\n")
                            .global;
  EXPECT_TRUE(global.daemon);
  EXPECT_EQ(global.maxconn, 20000U);
  EXPECT_EQ(global.nbthread, 4);
  EXPECT_EQ(global.pidfile, "/run/p");
  ASSERT_EQ(global.logs.size(), 2U);
  EXPECT_EQ(global.logs[0].endpoint, endpoint("10.0.0.9", 514));
  EXPECT_EQ(global.logs[0].facility, 19);
  EXPECT_EQ(global.logs[0].max_level, 7);
  EXPECT_EQ(global.logs[1].endpoint, endpoint("10.0.0.9", 515));
  EXPECT_EQ(global.logs[1].facility, 3);
  EXPECT_EQ(global.logs[1].max_level, 5);
}

TEST(ProxyTest, HasHaproxysDefaults) {
  const auto proxies = load_text("listen l\n bind :80\n server s 127.0.0.1:80\n").config.proxies;
  const ProxySection& proxy = proxies.at(0);
  EXPECT_EQ(proxy.mode, Mode::Tcp);
  EXPECT_EQ(proxy.retries, 3);
  EXPECT_EQ(proxy.options.redispatch, std::nullopt);
  EXPECT_EQ(proxy.check.protocol, HealthCheck::Protocol::Connect);
  const Server& server = proxy.servers.at(0);
  EXPECT_EQ(server.weight, 1);
  EXPECT_EQ(server.maxconn, 0U);
  EXPECT_FALSE(server.check.enabled);
  EXPECT_EQ(server.check.inter, seconds(2));
  EXPECT_EQ(server.check.rise, 2);
  EXPECT_EQ(server.check.fall, 3);
}

TEST(ProxyTest, BindsInEveryForm) {
  const auto config = clean_proxies(
      "frontend f\n bind *:80,10.0.0.1:81 maxconn 7\n bind :82\n bind :::83\n bind [::1]:84\n"
      " bind fd@3\n backlog 100\n maxconn 50\n");
  const ProxySection& proxy = config.proxies.at(0);
  ASSERT_EQ(proxy.binds.size(), 6U);
  EXPECT_EQ(proxy.binds[0].endpoint, endpoint("0.0.0.0", 80));
  EXPECT_EQ(proxy.binds[0].maxconn, 7U);
  EXPECT_EQ(proxy.binds[1].endpoint, endpoint("10.0.0.1", 81));
  EXPECT_EQ(proxy.binds[1].maxconn, 7U);
  EXPECT_EQ(proxy.binds[2].endpoint, endpoint("0.0.0.0", 82));
  EXPECT_EQ(proxy.binds[2].maxconn, std::nullopt);
  EXPECT_EQ(proxy.binds[3].endpoint, endpoint("::", 83));
  EXPECT_EQ(proxy.binds[4].endpoint, endpoint("::1", 84));
  EXPECT_EQ(proxy.binds[5].inherited_fd, 3);
  EXPECT_EQ(proxy.backlog, 100U);
  EXPECT_EQ(proxy.maxconn, 50U);
}

TEST(ProxyTest, ServersTakeTheDefaultServerAboveThem) {
  const auto config = clean_proxies(
      "backend b\n server a 127.0.0.1:1\n default-server inter 3s rise 4 fall 5 check backup\n"
      " server b 127.0.0.1:2 inter 1s fastinter 500 downinter 9s no-backup weight 256 maxconn 9\n"
      " server c localhost:3 cookie c3 source 10.0.0.5 disabled\n"
      " server d [::1]:4 source 10.0.0.5:99 no-check enabled weight 0\n");
  const auto& servers = config.proxies.at(0).servers;
  EXPECT_FALSE(servers[0].check.enabled);
  EXPECT_EQ(servers[0].check.inter, seconds(2));
  EXPECT_TRUE(servers[1].check.enabled);
  EXPECT_EQ(servers[1].check.inter, seconds(1));
  EXPECT_EQ(servers[1].check.fastinter, milliseconds(500));
  EXPECT_EQ(servers[1].check.downinter, seconds(9));
  EXPECT_EQ(servers[1].check.rise, 4);
  EXPECT_EQ(servers[1].check.fall, 5);
  EXPECT_FALSE(servers[1].backup);
  EXPECT_EQ(servers[1].weight, 256);
  EXPECT_EQ(servers[1].maxconn, 9U);
  EXPECT_TRUE(servers[2].backup);
  EXPECT_TRUE(servers[2].disabled);
  EXPECT_EQ(servers[2].address, endpoint("127.0.0.1", 3));
  EXPECT_EQ(servers[2].cookie, "c3");
  EXPECT_EQ(servers[2].sources, std::vector{endpoint("10.0.0.5", 0)});
  EXPECT_EQ(servers[3].address, endpoint("::1", 4));
  EXPECT_EQ(servers[3].sources, std::vector{endpoint("10.0.0.5", 99)});
  EXPECT_FALSE(servers[3].check.enabled);
}

TEST(ProxyTest, OptionsAndTheirNegation) {
  const auto config = clean_proxies(
      "frontend f\n bind :80\n log 127.0.0.1 local0\n option httplog\n option dontlognull\n"
      " option contstats\n option http-server-close\n option forwardfor header X-Client\n"
      "backend b\n option redispatch\n server s 127.0.0.1:1\n"
      "backend c\n option redispatch 2\n no option redispatch\n option forwardfor\n"
      " option http-server-close\n no option http-server-close\n"
      "backend d\n option redispatch 3\n option http-server-close\n option http-keep-alive\n"
      "backend e\n option redispatch 0\n");
  const ProxyOptions& frontend = config.proxies[0].options;
  EXPECT_EQ(http_only_variable(config.proxies[0].log_format), "tr");
  EXPECT_TRUE(frontend.dontlognull && frontend.contstats && frontend.http_server_close);
  EXPECT_EQ(frontend.forward_for->header, "X-Client");
  EXPECT_EQ(config.proxies[1].options.redispatch, -1);
  EXPECT_EQ(config.proxies[2].options.redispatch, std::nullopt);
  EXPECT_EQ(config.proxies[2].options.forward_for->header, "X-Forwarded-For");
  EXPECT_FALSE(config.proxies[2].options.http_server_close);
  EXPECT_EQ(config.proxies[3].options.redispatch, 3);
  EXPECT_FALSE(config.proxies[3].options.http_server_close);
  EXPECT_EQ(config.proxies[4].options.redispatch, std::nullopt);
}

TEST(ProxyTest, CookiesAndBalance) {
  const auto config = clean_proxies(
      "backend a\n cookie A insert indirect nocache\n balance leastconn\n"
      "backend b\n cookie io prefix indirect nocache\n balance roundrobin\n"
      "backend c\n cookie C rewrite\n");
  EXPECT_EQ(config.proxies[0].cookie->kind, CookieRule::Kind::Insert);
  EXPECT_TRUE(config.proxies[0].cookie->indirect && config.proxies[0].cookie->nocache);
  EXPECT_EQ(config.proxies[0].balance.algorithm, Balance::Algorithm::LeastConn);
  EXPECT_EQ(config.proxies[1].cookie->name, "io");
  EXPECT_EQ(config.proxies[1].cookie->kind, CookieRule::Kind::Prefix);
  EXPECT_EQ(config.proxies[1].balance.algorithm, Balance::Algorithm::RoundRobin);
  EXPECT_EQ(config.proxies[2].cookie->kind, CookieRule::Kind::Rewrite);
}

TEST(ProxyTest, ZeroTimeoutsAreUnset) {
  const auto config = clean_proxies(
      "backend b\n timeout check 0\n timeout queue 0\n"
      "frontend f\n bind :80\n timeout http-request 5\n timeout http-keep-alive 100us\n");
  EXPECT_EQ(config.proxies[0].timeouts.check, std::nullopt);
  EXPECT_EQ(config.proxies[0].timeouts.queue, std::nullopt);
  EXPECT_EQ(config.proxies[0].timeouts.tunnel, std::chrono::hours(1));
  EXPECT_EQ(config.proxies[1].timeouts.http_request, milliseconds(5));
  EXPECT_EQ(config.proxies[1].timeouts.http_keep_alive, milliseconds(1));
}

TEST(DefaultsTest, TheLastOnesAboveCountAndReplaceTheOthers) {
  const auto config = clean(
      "defaults\n mode http\n timeout client 1s\n timeout connect 1s\n timeout server 1s\n"
      " retries 9\n log 10.0.0.1 local0\n option httpchk GET /a\n http-check expect status 201\n"
      " cookie D insert\n default-server inter 7s\n maxconn 11\n option redispatch\n"
      "listen a\n bind :1\n server s 127.0.0.1:1 check\n retries 2\n"
      "backend b\n http-check expect status 202\n server s 127.0.0.1:1 check\n no log\n"
      "defaults\n timeout client 2s\n timeout connect 2s\n timeout server 2s\n"
      "listen c\n bind :2\n server s 127.0.0.1:1\n");
  const auto& proxies = config.proxies;
  EXPECT_EQ(proxies[0].retries, 2);
  EXPECT_EQ(proxies[0].maxconn, 11U);
  EXPECT_EQ(proxies[0].logs.size(), 1U);
  EXPECT_EQ(proxies[0].cookie->name, "D");
  EXPECT_EQ(proxies[0].check.protocol, HealthCheck::Protocol::Http);
  EXPECT_EQ(proxies[0].servers[0].check.inter, seconds(7));
  EXPECT_EQ(proxies[1].retries, 9);
  EXPECT_TRUE(proxies[1].logs.empty());
  EXPECT_EQ(proxies[2].mode, Mode::Tcp);
  EXPECT_EQ(proxies[2].retries, 3);
  EXPECT_EQ(proxies[2].timeouts.client, seconds(2));
  EXPECT_EQ(proxies[2].options.redispatch, std::nullopt);
}

TEST(DefaultsTest, NamesChooseAmongThem) {
  const auto config = clean(
      "defaults base\n timeout client 1s\n timeout connect 1s\n timeout server 1s\n retries 5\n"
      "defaults web from base\n mode http\n"
      "defaults other\n timeout client 9s\n timeout connect 9s\n timeout server 9s\n"
      "listen a from web\n bind :1\nlisten b from base\n bind :2\nlisten c\n bind :3\n");
  EXPECT_EQ(config.proxies[0].mode, Mode::Http);
  EXPECT_EQ(config.proxies[0].retries, 5);
  EXPECT_EQ(config.proxies[1].mode, Mode::Tcp);
  EXPECT_EQ(config.proxies[1].retries, 5);
  EXPECT_EQ(config.proxies[2].timeouts.client, seconds(9));
}

TEST(ProxyTest, LogGlobalTakesTheGlobalTargetsWhereverTheyStand) {
  const auto config = clean(std::string(kDefaults) +
                            " log global\n option httplog\nfrontend f\n bind :80\n"
                            " log 10.0.0.2 local1\nglobal\n log 10.0.0.1 local0\n");
  ASSERT_EQ(config.proxies[0].logs.size(), 2U);
  EXPECT_EQ(config.proxies[0].logs[0].endpoint, endpoint("10.0.0.1", 514));
  EXPECT_EQ(config.proxies[0].logs[1].endpoint, endpoint("10.0.0.2", 514));
}

TEST(ProxyTest, VariablesReachTheSections) {
  const auto config =
      clean(std::string(kDefaults) + "frontend f\n bind \"$VIP:80\"\n", {{"VIP", "10.0.0.100"}});
  EXPECT_EQ(config.proxies[0].binds[0].endpoint, endpoint("10.0.0.100", 80));
}

TEST(ProxyTest, AFrontendAndABackendMayShareAName) {
  const auto config = clean_proxies("frontend x\n bind :80\n default_backend x\nbackend x\n");
  EXPECT_EQ(config.find_backend("x"), &config.proxies[1]);
  EXPECT_EQ(config.find_backend("y"), nullptr);
}

}  // namespace
}  // namespace wslb::config

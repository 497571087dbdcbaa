// ACLs and conditions, and configurations as operators write them.
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "tests/config/loaded.h"

namespace wslb::config {
namespace {

using testing::ElementsAre;

// The conditions of a frontend's use_backend lines.
std::vector<Condition> conditions(const std::string& lines) {
  const auto config = clean_proxies("frontend f\n bind :80\n" + lines + "backend b\n");
  std::vector<Condition> all;
  for (const UseBackend& rule : config.proxies[0].use_backends) all.push_back(rule.condition);
  return all;
}

AclTest test_of(const std::string& acl) {
  const auto all = conditions("acl a " + acl + "\nuse_backend b if a\n");
  return all.at(0).any_of_all.at(0).at(0).any_of.at(0);
}

TEST(AclTestTest, NamesSayFetchAndMatch) {
  EXPECT_EQ(test_of("hdr(host) x").match, Match::Exact);
  EXPECT_EQ(test_of("hdr_beg(host) x").match, Match::Prefix);
  EXPECT_EQ(test_of("hdr_end(host) x").match, Match::Suffix);
  EXPECT_EQ(test_of("hdr_sub(host) x").match, Match::Substring);
  EXPECT_EQ(test_of("req.hdr(Host) x").sample.name, "Host");
  EXPECT_EQ(test_of("path /x").sample.fetch, Fetch::Path);
  EXPECT_EQ(test_of("path_beg /x").match, Match::Prefix);
  EXPECT_EQ(test_of("path_end /x").match, Match::Suffix);
  EXPECT_EQ(test_of("path_sub /x").match, Match::Substring);
}

TEST(AclTestTest, FlagsComeBeforePatterns) {
  const AclTest test = test_of("hdr(host) -m end -i a.b -i c");
  EXPECT_EQ(test.match, Match::Suffix);
  EXPECT_TRUE(test.ignore_case);
  EXPECT_THAT(test.patterns, ElementsAre("a.b", "-i", "c"));
  EXPECT_THAT(test_of("hdr(x) -- -i").patterns, ElementsAre("-i"));
  EXPECT_FALSE(test_of("hdr(x) -- -i").ignore_case);
  EXPECT_EQ(test_of("path_beg -m str /x").match, Match::Exact);
  EXPECT_TRUE(test_of("path --").patterns.empty());
}

TEST(AclTestTest, FilesAreReadWithTheConfiguration) {
  const ReadFile read = [](const std::string& path) -> base::Result<std::string> {
    if (path != "list") return base::Error{"cannot read '" + path + "'"};
    return std::string("# names\nb\n\n  A x\r\nc");
  };
  const std::string text = std::string(kDefaults) + "frontend f\n bind :80\n use_backend b if { " +
                           "path -i -f list d }\nbackend b\n";
  const auto result = load({{"a.cfg", text}}, {}, read);
  EXPECT_EQ(diagnostics_of(result), "");
  const auto& rule = result.config.proxies[0].use_backends.at(0);
  const AclTest& test = rule.condition.any_of_all.at(0).at(0).any_of.at(0);
  EXPECT_THAT(test.patterns, ElementsAre("d"));
  EXPECT_THAT(test.from_files->patterns, ElementsAre("a x", "b", "c"));
  const auto missing =
      load({{"a.cfg", std::string(text).replace(text.find("list"), 4, "gone")}}, {}, read);
  EXPECT_THAT(diagnostics_of(missing), testing::HasSubstr("cannot read 'gone'"));
}

TEST(ConditionTest, TermsAndGroups) {
  const auto all = conditions(
      "acl a path /a\nacl b path /b\nuse_backend b if a !b || { path /c } or ! a\n"
      "use_backend b unless a\nuse_backend b if !!a !{ path /d }\nuse_backend b\n");
  ASSERT_EQ(all.size(), 4U);
  ASSERT_EQ(all[0].any_of_all.size(), 3U);
  ASSERT_EQ(all[0].any_of_all[0].size(), 2U);
  EXPECT_FALSE(all[0].any_of_all[0][0].negated);
  EXPECT_TRUE(all[0].any_of_all[0][1].negated);
  EXPECT_THAT(all[0].any_of_all[1][0].any_of.at(0).patterns, ElementsAre("/c"));
  EXPECT_TRUE(all[0].any_of_all[2][0].negated);
  EXPECT_TRUE(all[1].negated);
  EXPECT_FALSE(all[2].any_of_all[0][0].negated);
  EXPECT_TRUE(all[2].any_of_all[0][1].negated);
  EXPECT_TRUE(all[3].any_of_all.empty());
  EXPECT_FALSE(all[3].negated);
}

TEST(ConditionTest, LinesOfAnAclAreAlternativesEvenBelowItsUse) {
  const auto all = conditions("acl a path /a\nuse_backend b if a\nacl a hdr(host) -i x\n");
  const auto& tests = all.at(0).any_of_all.at(0).at(0).any_of;
  ASSERT_EQ(tests.size(), 2U);
  EXPECT_EQ(tests[0].sample.fetch, Fetch::Path);
  EXPECT_EQ(tests[1].sample.fetch, Fetch::RequestHeader);
  EXPECT_EQ(tests[1].sample.name, "host");
}

constexpr const char* kChat = R"(
global
    daemon
    maxconn 4096
    log 127.0.0.1 local3
defaults
    mode http
    log global
    option httplog
    option dontlognull
    option http-server-close
    option redispatch
    option contstats
    retries 3
    backlog 10000
    timeout client 25s
    timeout connect 5s
    timeout server 25s
    timeout tunnel 3600s
    timeout http-keep-alive 1s
    timeout http-request 15s
    timeout queue 30s
    default-server inter 3s rise 2 fall 3
    option forwardfor
frontend public
    bind *:80
    maxconn 50000
    acl host_chat hdr_end(host) -i chat.example.com
    acl host_ws hdr_beg(Host) -i ws
    acl upgrade hdr(Connection) -i upgrade
    acl websocket hdr(Upgrade) -i websocket
    use_backend sockets if upgrade websocket
    use_backend sockets if host_ws
    use_backend chat if host_chat
    default_backend web
backend sockets
    timeout check 5000
    option httpchk GET /status?haproxy=1
    http-check expect status 200
    balance roundrobin
    cookie io prefix indirect nocache
    server s1 10.0.0.21:3000 maxconn 30000 weight 10 cookie s1 check inter 5s rise 2 fall 3
    server s2 10.0.0.22:3000 maxconn 30000 weight 10 cookie s2 check
backend chat
    balance roundrobin
    cookie SRV insert indirect nocache
    server c1 10.0.0.31:80 cookie c1 check
backend web
    server w1 10.0.0.41:80 check
)";

TEST(OperatorsTest, ChatWithNodeAndWebServers) {
  const Config config = clean(kChat);
  ASSERT_EQ(config.proxies.size(), 4U);
  const ProxySection& frontend = config.proxies[0];
  EXPECT_EQ(frontend.backlog, 10000U);
  EXPECT_EQ(frontend.logs.size(), 1U);
  EXPECT_EQ(frontend.use_backends.size(), 3U);
  EXPECT_EQ(frontend.use_backends[0].condition.any_of_all.at(0).size(), 2U);
  const ProxySection& sockets = config.proxies[1];
  EXPECT_EQ(std::get<CheckSend>(sockets.check.steps.at(1).action).request->uri,
            "/status?haproxy=1");
  EXPECT_EQ(sockets.timeouts.check, std::chrono::seconds(5));
  EXPECT_EQ(sockets.servers[0].check.inter, std::chrono::seconds(5));
  EXPECT_EQ(sockets.servers[1].check.inter, std::chrono::seconds(3));
  EXPECT_EQ(config.find_backend("chat")->cookie->name, "SRV");
}

TEST(OperatorsTest, ListensInBothModes) {
  const Config config = clean(R"(
defaults
    timeout client 25s
    timeout connect 5s
    timeout server 25s
    retries 3
listen raw
    bind 10.0.0.100:1883
    mode tcp
    balance leastconn
    server a 10.0.0.21:1883 check source 10.0.0.11
    server b 10.0.0.22:1883 check backup
listen web
    bind 10.0.0.100:80
    mode http
    option forwardfor
    server a 10.0.0.21:80 source 10.0.0.11
)");
  EXPECT_EQ(config.proxies[0].mode, Mode::Tcp);
  EXPECT_EQ(config.proxies[0].servers[0].sources.at(0).address,
            base::IpAddress::parse("10.0.0.11"));
  EXPECT_EQ(config.proxies[1].mode, Mode::Http);
}

}  // namespace
}  // namespace wslb::config

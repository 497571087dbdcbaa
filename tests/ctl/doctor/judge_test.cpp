// A host that is all right, and one thing wrong at a time.
#include "ctl/doctor/judge.h"

#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ctl/doctor/iptables_rules.h"
#include "ctl/doctor/report.h"

namespace wslb::ctl::doctor {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kConfiguration =
    "global\n    maxconn 4000\n"
    "cluster c\n    node lb1 10.0.0.11 fd00::11\n    node lb2 10.0.0.12 fd00::12\n"
    "    secret-file /etc/wslb/cluster.key\n"
    "vrrp web\n    interface eth0\n    vrid 51\n    vip 10.0.0.100/24\n"
    "vrrp web6\n    interface eth0\n    vrid 51\n    vip fd00::100/64\n";

config::Config parsed(const std::string& text) {
  auto loaded = config::load({{"wslb.cfg", text}});
  EXPECT_FALSE(loaded.diagnostics.has_errors());
  return std::move(loaded.config);
}

OwnAddress own(const char* address, int prefix) {
  return {*base::IpAddress::parse(address), prefix};
}

Facts healthy() {
  Facts facts;
  facts.file = "/etc/wslb/wslb.cfg";
  facts.config = parsed(kConfiguration);
  facts.host_name = "lb1";
  facts.own_version = "1.0";
  AgentFacts agent;
  agent.node = "lb1";
  agent.version = "1.0";
  agent.process = {.pid = 10, .files_max = 1048576, .scheduling_policy = 1};
  agent.proxy = {.pid = 11, .files_max = 1048576, .scheduling_policy = 0};
  agent.proxy_state = "up";
  agent.sections = {{"web", "active", "", {}}, {"web6", "active", "", {}}};
  agent.peers = {{"lb2", "connected", "", "1.0", {}}};
  facts.agent = agent;
  LinkFacts link;
  link.index = 2;
  link.up = link.carrier = link.multicast = true;
  link.addresses = {own("10.0.0.11", 24), own("10.0.0.100", 24), own("fd00::11", 64)};
  facts.links["eth0"] = link;
  facts.default_routes = {"eth0"};
  facts.sysctls = {{"net/ipv4/conf/all/rp_filter", "0"},
                   {"net/ipv4/conf/eth0/rp_filter", "1"},
                   {"net/ipv4/conf/all/promote_secondaries", "0"},
                   {"net/ipv4/conf/eth0/promote_secondaries", "0"},
                   {"net/ipv4/ip_nonlocal_bind", "0"},
                   {"net/netfilter/nf_conntrack_max", "262144"},
                   {"net/netfilter/nf_conntrack_count", "12"}};
  facts.nftables = Ruleset{};
  facts.key = KeyFileFacts{.exists = true, .mode = 0400, .owner = "wslb", .group = "wslb"};
  facts.clock_synchronised = true;
  return facts;
}

std::vector<std::string> ids(const Facts& facts) {
  std::vector<std::string> all;
  for (const Finding& finding : judge(facts).findings) {
    EXPECT_FALSE(finding.what.empty() || finding.why.empty() || finding.remedy.empty());
    EXPECT_EQ(finding.what.find('\n'), std::string::npos);
    all.push_back(finding.id);
  }
  return all;
}

TEST(Judge, AHealthyHostHasNothingToDo) {
  EXPECT_THAT(ids(healthy()), IsEmpty());
}

struct Wrong {
  const char* id;
  std::function<void(Facts&)> make;
};

class OneThingWrong : public testing::TestWithParam<Wrong> {};

TEST_P(OneThingWrong, IsTheFinding) {
  Facts facts = healthy();
  GetParam().make(facts);
  EXPECT_THAT(ids(facts), ElementsAre(GetParam().id));
}

LinkFacts& eth0(Facts& facts) {
  return facts.links.at("eth0");
}

void use(Facts& facts, const std::string& from, const std::string& to) {
  std::string text = kConfiguration;
  text.replace(text.find(from), from.size(), to);
  facts.config = parsed(text);
}

void drop_by_default(Facts& facts, const std::string& rules) {
  Ruleset iptables;
  add_iptables("*filter\n:INPUT DROP [0:0]\n" + rules, "ip", iptables);
  facts.iptables = iptables;
}

INSTANTIATE_TEST_SUITE_P(
    Matters, OneThingWrong,
    testing::Values(
        Wrong{"no-key",
              [](Facts& f) { use(f, "secret-file /etc/wslb/cluster.key", "secret none"); }},
        Wrong{"key-missing", [](Facts& f) { f.key = KeyFileFacts{}; }},
        Wrong{"key-permissions", [](Facts& f) { f.key->mode = 0644; }},
        Wrong{"key-permissions", [](Facts& f) { f.key->mode = 0640; }},
        Wrong{"node-address", [](Facts& f) { eth0(f).addresses.erase(eth0(f).addresses.begin()); }},
        Wrong{"link-down", [](Facts& f) { eth0(f).carrier = false; }},
        Wrong{"no-arp", [](Facts& f) { eth0(f).arp = false; }},
        Wrong{"networkd", [](Facts& f) { eth0(f).networkd = true; }},
        Wrong{"network-manager", [](Facts& f) { eth0(f).network_manager = true; }},
        Wrong{"cloud-init", [](Facts& f) { f.cloud_init_networking = true; }},
        Wrong{"arp-flux",
              [](Facts& f) {
                f.links["eth1"].up = true;
                f.links["eth1"].addresses = {own("10.0.0.99", 24)};
              }},
        Wrong{"arp-ignore", [](Facts& f) { f.sysctls["net/ipv4/conf/all/arp_ignore"] = "8"; }},
        Wrong{"rp-filter", [](Facts& f) { f.default_routes = {"eth1"}; }},
        Wrong{"rp-filter", [](Facts& f) { use(f, "vrid 51", "vrid 51\n    use-vmac"); }},
        Wrong{"ipv6-disabled",
              [](Facts& f) { f.sysctls["net/ipv6/conf/eth0/disable_ipv6"] = "1"; }},
        Wrong{"ipv6-forwarding",
              [](Facts& f) {
                f.sysctls["net/ipv6/conf/eth0/forwarding"] = "1";
                f.sysctls["net/ipv6/conf/eth0/accept_ra"] = "1";
              }},
        Wrong{"nonlocal-bind",
              [](Facts& f) {
                use(f, "    secret-file",
                    "    proxy external pidfile /run/h.pid check http://127.0.0.1/\n    "
                    "secret-file");
              }},
        Wrong{"conntrack", [](Facts& f) { f.sysctls["net/netfilter/nf_conntrack_max"] = "7999"; }},
        Wrong{"conntrack",
              [](Facts& f) { f.sysctls["net/netfilter/nf_conntrack_count"] = "250000"; }},
        Wrong{"clock", [](Facts& f) { f.clock_synchronised = false; }},
        Wrong{"firewall-vrrp", [](Facts& f) { drop_by_default(f, "-A INPUT -p tcp -j ACCEPT\n"); }},
        Wrong{"firewall-vrrp",
              [](Facts& f) {
                Ruleset rules;
                add_iptables("*filter\n:INPUT DROP [0:0]\n-A INPUT -p ipv6-icmp -j ACCEPT\n", "ip6",
                             rules);
                f.iptables = rules;
              }},
        Wrong{"firewall-peers",
              [](Facts& f) { drop_by_default(f, "-A INPUT -p vrrp -j ACCEPT\n"); }},
        Wrong{"agent-version", [](Facts& f) { f.own_version = "1.1"; }},
        Wrong{"proxy", [](Facts& f) { f.agent->proxy_state = "down"; }},
        Wrong{"fault",
              [](Facts& f) {
                f.agent->sections[0].state = "fault";
                f.agent->sections[0].reason = "interface eth0 is down";
              }},
        Wrong{"alarm", [](Facts& f) { f.agent->sections[0].alarms = {"the VRID is another's"}; }},
        Wrong{"alarm", [](Facts& f) { f.agent->peers[0].alarms = {"its configuration differs"}; }},
        Wrong{"peer", [](Facts& f) { f.agent->peers[0].state = "connecting"; }},
        Wrong{"peer-version", [](Facts& f) { f.agent->peers[0].version = "0.9"; }},
        Wrong{"open-files", [](Facts& f) { f.agent->proxy.files_max = 8192; }},
        Wrong{"open-files", [](Facts& f) { f.agent->process.files_max = 1024; }},
        Wrong{"no-real-time", [](Facts& f) { f.agent->process.scheduling_policy = 0; }},
        Wrong{"configuration", [](Facts& f) { f.config_errors = 2; }},
        Wrong{"no-configuration", [](Facts& f) { f.file_error = "no such file"; }}),
    [](const auto& wrong) {
      std::string name = wrong.param.id;
      std::ranges::replace(name, '-', '_');
      return name + "_" + std::to_string(wrong.index);
    });

TEST(Judge, WithoutMulticastOrInterface) {
  Facts facts = healthy();
  eth0(facts).multicast = false;
  EXPECT_THAT(ids(facts), ElementsAre("no-multicast", "no-multicast"));
  facts = healthy();
  facts.links["eth1"] = facts.links["eth0"];
  facts.links.erase("eth0");
  EXPECT_THAT(ids(facts), testing::Contains("no-interface"));
}

TEST(Judge, VipsAloneInTheirSubnet) {
  Facts facts = healthy();
  use(facts, "    vip 10.0.0.100/24\n", "    vip 192.0.2.1/24\n    vip 192.0.2.2/24\n");
  EXPECT_THAT(ids(facts), ElementsAre("promote-secondaries"));
  facts.sysctls["net/ipv4/conf/eth0/promote_secondaries"] = "1";
  EXPECT_THAT(ids(facts), IsEmpty());
}

TEST(Judge, WithoutAnAgentTheHostIsStillLookedAt) {
  Facts facts = healthy();
  facts.agent.reset();
  facts.agent_error = "cannot reach wslb-agent";
  facts.clock_synchronised = false;
  EXPECT_THAT(ids(facts), ElementsAre("agent", "vip-without-agent", "clock"));
  facts.host_name = "elsewhere";
  EXPECT_THAT(ids(facts), testing::Contains("no-node"));
}

TEST(Judge, WhatIsNotKnownIsNotJudged) {
  Facts facts = healthy();
  facts.links.clear();
  facts.sysctls.clear();
  facts.nftables.reset();
  facts.key.reset();
  facts.clock_synchronised.reset();
  facts.unchecked = {"the firewall's rules: only root may list them"};
  const Report report = judge(facts);
  EXPECT_THAT(ids(facts), IsEmpty());
  EXPECT_EQ(report.unchecked.size(), 1U);
}

TEST(Report, IsTextAndJson) {
  Report report;
  EXPECT_EQ(report_text(report, false), "nothing to do\n");
  EXPECT_EQ(report_json(report), "{\"findings\":[],\"unchecked\":[]}\n");
  report.findings = {{Severity::Problem, "clock", "", "what", "why", "do"}};
  report.unchecked = {"rules"};
  EXPECT_EQ(report_text(report, false),
            "PROBLEM what\n  why:    why\n  remedy: do\nnot checked: rules\n");
  EXPECT_THAT(report_text(report, true), HasSubstr("\x1b[1;31mPROBLEM\x1b[0m"));
  EXPECT_THAT(report_json(report), HasSubstr("{\"severity\":\"problem\",\"id\":\"clock\""));
}

}  // namespace
}  // namespace wslb::ctl::doctor

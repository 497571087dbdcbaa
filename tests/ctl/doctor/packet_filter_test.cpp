// Whether rules surely drop a packet: as nft and as iptables-save print them.
#include "ctl/doctor/packet_filter.h"

#include <string>

#include <gtest/gtest.h>

#include "ctl/doctor/iptables_rules.h"
#include "ctl/doctor/nft_ruleset.h"

namespace wslb::ctl::doctor {
namespace {

Probe advert() {
  Probe probe;
  probe.interface = "eth0";
  probe.protocol = 112;
  probe.source = *base::IpAddress::parse("10.0.0.12");
  probe.destination = *base::IpAddress::parse("224.0.0.18");
  return probe;
}

Probe peer_link() {
  Probe probe = advert();
  probe.protocol = 6;
  probe.destination = *base::IpAddress::parse("10.0.0.11");
  probe.port = 8405;
  return probe;
}

// One chain at `input` of `inet filter`, with these rules' expressions.
Ruleset nft(const std::vector<std::string>& rules, const std::string& policy = "accept",
            const std::string& others = "") {
  std::string json = R"({"nftables":[{"metainfo":{"version":"1.0.6"}},)"
                     R"({"table":{"family":"inet","name":"filter"}},)"
                     R"({"chain":{"family":"inet","table":"filter","name":"input","type":"filter",)"
                     R"("hook":"input","prio":0,"policy":")" +
                     policy + "\"}}" + others;
  for (const std::string& rule : rules) {
    json += R"(,{"rule":{"family":"inet","table":"filter","chain":"input","expr":[)" + rule + "]}}";
  }
  const auto parsed = parse_nft(json + "]}");
  EXPECT_TRUE(parsed) << json;
  return parsed ? *parsed : Ruleset{};
}

std::string match(const std::string& left, const std::string& right, const std::string& op = "==") {
  return R"({"match":{"op":")" + op + R"(","left":)" + left + R"(,"right":)" + right + "}}";
}

const std::string kProtocol = R"({"payload":{"protocol":"ip","field":"protocol"}})";
const std::string kL4 = R"({"meta":{"key":"l4proto"}})";
const std::string kSource = R"({"payload":{"protocol":"ip","field":"saddr"}})";
const std::string kTarget = R"({"payload":{"protocol":"ip","field":"daddr"}})";
const std::string kPort = R"({"payload":{"protocol":"tcp","field":"dport"}})";
const std::string kInterface = R"({"meta":{"key":"iifname"}})";
const std::string kState = R"({"ct":{"key":"state"}})";
const std::string kDrop = R"({"drop":null})";
const std::string kAccept = R"({"accept":null})";

TEST(Nft, RulesThatSurelyDropAreFound) {
  const auto dropped = [](const std::string& condition) {
    return dropped_by(nft({condition + "," + kDrop}), advert()).has_value();
  };
  EXPECT_EQ(dropped_by(nft({match(kProtocol, "\"vrrp\"") + "," + kDrop}), advert()),
            "inet filter input");
  EXPECT_TRUE(dropped(match(kL4, "112")));
  EXPECT_TRUE(dropped(match(kL4, "\"tcp\"", "!=")));
  EXPECT_TRUE(dropped(match(kL4, R"({"set":["tcp",112]})")));
  EXPECT_TRUE(dropped(match(kTarget, R"({"prefix":{"addr":"224.0.0.0","len":4}})")));
  EXPECT_TRUE(dropped(match(kSource, R"({"range":["10.0.0.1","10.0.0.20"]})")));
  EXPECT_TRUE(dropped(match(kInterface, "\"eth*\"")));
  EXPECT_TRUE(dropped(match(kState, R"(["new","invalid"])", "in")));
  EXPECT_FALSE(dropped(match(kL4, "\"tcp\"")));
  EXPECT_FALSE(dropped(match(kInterface, "\"eth1\"")));
  EXPECT_FALSE(dropped(match(kSource, "\"10.0.0.13\"")));
  EXPECT_FALSE(dropped(match(kPort, "8405")));
  // What is not understood may not hold.
  EXPECT_FALSE(dropped(R"({"limit":{"rate":1}})"));
  EXPECT_FALSE(dropped(match(R"({"meta":{"key":"mark"}})", "1")));
  EXPECT_FALSE(dropped(R"({"xt":null})"));
}

TEST(Nft, ThePolicyIsTheLastRule) {
  EXPECT_TRUE(dropped_by(nft({}, "drop"), advert()));
  const std::string established = match(kState, R"({"set":["established","related"]})");
  EXPECT_TRUE(dropped_by(nft({established + "," + kAccept}, "drop"), advert()));
  EXPECT_FALSE(dropped_by(nft({match(kProtocol, "\"vrrp\"") + "," + kAccept}, "drop"), advert()));
  EXPECT_FALSE(dropped_by(nft({R"({"xt":null},)" + kAccept}, "drop"), advert()));
  EXPECT_TRUE(dropped_by(nft({match(kPort, "8405") + "," + kAccept}, "drop"), advert()));
  EXPECT_FALSE(dropped_by(nft({match(kPort, "8405") + "," + kAccept}, "drop"), peer_link()));
  const std::string ports = R"({"set":[80,{"range":[8400,8410]}]})";
  EXPECT_FALSE(dropped_by(nft({match(kPort, ports) + "," + kAccept}, "drop"), peer_link()));
}

TEST(Nft, ChainsAreFollowed) {
  const auto with_inner = [](const std::string& inner, const std::string& jump = "jump") {
    return nft({R"({")" + jump + R"(":{"target":"inner"}})"}, "drop",
               R"(,{"chain":{"family":"inet","table":"filter","name":"inner"}})"
               R"(,{"rule":{"family":"inet","table":"filter","chain":"inner","expr":[)" +
                   inner + "]}}");
  };
  EXPECT_FALSE(dropped_by(with_inner(kAccept), advert()));
  EXPECT_TRUE(dropped_by(with_inner(R"({"return":null})"), advert()));
  EXPECT_TRUE(dropped_by(with_inner(kDrop), advert()));
  EXPECT_TRUE(dropped_by(with_inner(match(kL4, "6") + "," + kAccept, "goto"), advert()));
  // A chain that jumps to itself cannot be loaded, and ends all the same.
  EXPECT_FALSE(dropped_by(with_inner(R"({"jump":{"target":"inner"}})"), advert()));
}

TEST(Nft, NamedSetsAreLookedUp) {
  const std::string set =
      R"(,{"set":{"family":"inet","table":"filter","name":"lbs","type":"ipv4_addr",)"
      R"("elem":["10.0.0.12",{"elem":{"val":"10.0.0.13","timeout":60}}]}})";
  const std::string rule = match(kSource, "\"@lbs\"") + "," + kAccept;
  EXPECT_FALSE(dropped_by(nft({rule}, "drop", set), advert()));
  EXPECT_FALSE(dropped_by(nft({rule}, "drop"), advert())) << "an unknown set may hold it";
}

TEST(Nft, OtherHooksAndFamiliesDoNotCount) {
  Probe sixth = advert();
  sixth.source = *base::IpAddress::parse("fe80::12");
  sixth.destination = *base::IpAddress::parse("ff02::12");
  EXPECT_TRUE(dropped_by(nft({}, "drop"), sixth));
  sixth.source = *base::IpAddress::parse("::");  // some link-local address
  const std::string source = R"({"payload":{"protocol":"ip6","field":"saddr"}})";
  const std::string all = R"({"prefix":{"addr":"fe80::","len":10}})";
  EXPECT_FALSE(dropped_by(nft({match(source, all) + "," + kAccept}, "drop"), sixth));
  EXPECT_FALSE(dropped_by(nft({match(source, "\"fe80::12\"") + "," + kAccept}, "drop"), sixth));
  EXPECT_TRUE(dropped_by(nft({match(source, "\"fd00::12\"") + "," + kAccept}, "drop"), sixth));
  Probe outgoing = advert();
  outgoing.incoming = false;
  EXPECT_FALSE(dropped_by(nft({}, "drop"), outgoing));
}

TEST(Nft, RefusesWhatIsNoRuleset) {
  for (const char* text : {"", "{}", "[]", "{\"nftables\":1}", "Operation not permitted"}) {
    EXPECT_FALSE(parse_nft(text)) << text;
  }
}

std::optional<std::string> by_iptables(const std::string& rules, const Probe& probe,
                                       const std::string& policy = "DROP") {
  Ruleset set;
  add_iptables("# Generated\n*filter\n:INPUT " + policy +
                   " [1:60]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:fw - [0:0]\n" + rules +
                   "COMMIT\n",
               "ip", set);
  return dropped_by(set, probe);
}

TEST(Iptables, TheUsualRulesAreRead) {
  const std::string usual =
      "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
      "-A INPUT -i lo -j ACCEPT\n-A INPUT -p icmp -j ACCEPT\n"
      "-A INPUT -p tcp -m multiport --dports 22,80:90 -m comment --comment \"a - j b\" -j ACCEPT\n";
  EXPECT_EQ(by_iptables(usual, advert()), "ip filter INPUT");
  EXPECT_TRUE(by_iptables(usual, peer_link()));
  EXPECT_FALSE(by_iptables(usual + "-A INPUT -p vrrp -j ACCEPT\n", advert()));
  EXPECT_FALSE(by_iptables(usual + "-A INPUT -d 224.0.0.18/32 -j ACCEPT\n", advert()));
  EXPECT_FALSE(by_iptables(usual + "-A INPUT -s 10.0.0.0/24 -p tcp -m tcp --dport 8405 -j ACCEPT\n",
                           peer_link()));
  EXPECT_FALSE(by_iptables(usual, advert(), "ACCEPT"));
  EXPECT_TRUE(by_iptables(usual + "-A INPUT -j REJECT --reject-with icmp-host-prohibited\n",
                          advert(), "ACCEPT"));
  EXPECT_TRUE(by_iptables("-A INPUT ! -s 10.0.0.11/32 -p 112 -j DROP\n", advert(), "ACCEPT"));
  EXPECT_FALSE(by_iptables("-A INPUT -m recent --name x --rcheck -j ACCEPT\n", advert()));
  EXPECT_FALSE(by_iptables("-A INPUT -g fw\n-A fw -p vrrp -j ACCEPT\n", advert()));
  EXPECT_TRUE(by_iptables("-A INPUT -j fw\n-A fw -j LOG --log-prefix \"x \"\n", advert()));
}

}  // namespace
}  // namespace wslb::ctl::doctor

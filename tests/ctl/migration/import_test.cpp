// From keepalived.conf and haproxy.cfg to a wslb.cfg, and what is said about it.
#include "ctl/migration/import.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wslb::ctl::migration {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

constexpr std::string_view kProxy =
    "defaults\n    mode http\n    timeout connect 1s\n    timeout client 1m\n"
    "    timeout server 1m\nlisten web\n    bind :80\n    server a 10.0.0.21:80\n";

struct Case {
  std::vector<std::pair<std::string, std::string>> keepalived;  // node and text
  std::string haproxy{kProxy};
  std::vector<std::pair<std::string, std::string>> addresses{{"lb1", "10.0.0.11"},
                                                             {"lb2", "10.0.0.12"}};
};

Imported import(const Case& given) {
  ImportInput input;
  for (const auto& [node, text] : given.keepalived) {
    input.keepalived.push_back({node, {(node.empty() ? "keepalived" : node) + ".conf", text}});
  }
  for (const auto& [node, address] : given.addresses) {
    input.addresses.push_back({node, *base::IpAddress::parse(address)});
  }
  input.haproxy = {"haproxy.cfg", given.haproxy};
  input.read_included = [](const std::string&) { return std::vector<config::Source>(); };
  return import_pair(input);
}

std::string remarks(const Imported& imported) {
  std::string all;
  for (const Remark& remark : imported.remarks.all()) all += remark.to_string() + "\n";
  return all;
}

std::string instance(const std::string& lines, int priority = 100) {
  return "vrrp_instance VI {\ninterface eth0\nvirtual_router_id 51\npriority " +
         std::to_string(priority) + "\nvirtual_ipaddress {\n10.0.0.100/24\n}\n" + lines + "}\n";
}

// A pair with these lines in both files, which must be all right but for its remarks.
Imported pair(const std::string& lines, const std::string& top = "") {
  auto imported =
      import({{{"lb1", top + instance(lines, 200)}, {"lb2", top + instance(lines, 100)}}});
  EXPECT_TRUE(imported.valid) << remarks(imported);
  return imported;
}

TEST(Import, APlainPairIsCarriedOverWhole) {
  const auto imported = pair("state BACKUP\nadvert_int 2\n");
  EXPECT_FALSE(imported.remarks.anything_to_do()) << remarks(imported);
  EXPECT_EQ(imported.text.substr(0, imported.text.find("# From here")),
            "# Made by 'wslbctl import'. The same on every host.\n\n"
            "cluster main\n"
            "    node lb1 10.0.0.11\n"
            "    node lb2 10.0.0.12\n"
            "    # The same key on every host: wslbctl keygen >/etc/wslb/cluster.key\n"
            "    secret-file /etc/wslb/cluster.key\n\n"
            "vrrp VI\n"
            "    interface eth0\n"
            "    vrid 51\n"
            "    vip 10.0.0.100/24\n"
            "    priority lb1 200\n"
            "    priority lb2 100\n"
            "    advert 2s\n"
            "    version 2    # as Keepalived; 3 once none is left: its adverts are signed\n"
            "    preempt on\n\n");
  EXPECT_THAT(imported.text, HasSubstr(std::string(kProxy)));
}

TEST(Import, PreemptionIsThatOfTheBetterNode) {
  EXPECT_THAT(pair("nopreempt\n").text, HasSubstr("preempt off\n"));
  EXPECT_THAT(pair("preempt_delay 30\n").text, HasSubstr("preempt after 30s\n"));
  const auto cleared = pair("state MASTER\nnopreempt\n");
  EXPECT_THAT(cleared.text, HasSubstr("preempt on\n"));
  EXPECT_THAT(remarks(cleared), HasSubstr("note: counts for nothing beside 'state MASTER'"));
  const auto two = import({{{"lb1", instance("", 200)}, {"lb2", instance("nopreempt\n", 100)}}});
  EXPECT_THAT(two.text, HasSubstr("preempt on\n"));
  EXPECT_THAT(remarks(two), HasSubstr("'lb2' preempts otherwise than 'lb1'"));
}

TEST(Import, VersionAndIntervalGoTogether) {
  const auto third = pair("version 3\nadvert_int 0.25\n");
  EXPECT_THAT(third.text, HasSubstr("advert 250ms\n"));
  EXPECT_THAT(third.text, HasSubstr("auth none "));
  EXPECT_THAT(third.text, Not(HasSubstr("version")));
  EXPECT_THAT(pair("", "global_defs {\nvrrp_version 3\n}\n").text, HasSubstr("auth none "));
  const auto rounded = pair("advert_int 0.4\n");
  EXPECT_THAT(rounded.text, HasSubstr("advert 1s\n"));
  EXPECT_THAT(remarks(rounded), HasSubstr("to do: 'advert_int' 400ms becomes 1s"));
}

TEST(Import, UnicastNeedsTheNodesAddresses) {
  const std::string lines = "unicast_src_ip 10.0.0.11\nunicast_peer {\n10.0.0.12\n10.0.0.13\n}\n";
  const auto imported = import({{{"lb1", instance(lines)}}});
  EXPECT_THAT(imported.text, HasSubstr("transport unicast\n    unicast-peer 10.0.0.13\n"));
  const auto alone = import({{{"", instance(lines)}}, std::string(kProxy), {}});
  EXPECT_THAT(alone.text, HasSubstr("node lb1 10.0.0.11\n    node lb2 10.0.0.12\n"
                                    "    node lb3 10.0.0.13\n"));
  EXPECT_THAT(remarks(alone), HasSubstr("the host at 10.0.0.12 is called 'lb2'"));
  EXPECT_THAT(remarks(alone), HasSubstr("the priority of 'lb2' is not known"));
}

TEST(Import, AnUnknownAddressIsLeftToTheOperator) {
  const auto imported = import({{{"lb1", instance("")}}, std::string(kProxy), {}});
  EXPECT_FALSE(imported.valid);
  EXPECT_THAT(remarks(imported), HasSubstr("say --address lb1=ADDRESS"));
  EXPECT_THAT(remarks(imported), HasSubstr("does not tell the other hosts"));
}

TEST(Import, HaproxysPeersNameTheNodes) {
  const std::string peers = "peers p\n    peer east 10.0.0.11:1024\n    peer west 10.0.0.12:1024\n";
  const std::string lines = "unicast_src_ip 10.0.0.11\nunicast_peer {\n10.0.0.12\n}\n";
  const auto named = import({{{"", instance(lines)}}, peers + std::string(kProxy), {}});
  EXPECT_THAT(named.text, HasSubstr("node east 10.0.0.11\n    node west 10.0.0.12\n"));
  const auto contrary =
      import({{{"lb1", instance("")}, {"lb2", instance("", 90)}}, peers + std::string(kProxy)});
  EXPECT_THAT(remarks(contrary), HasSubstr("the peer 'east' is at the address of the node 'lb1'"));
}

TEST(Import, AddressesElsewhereBecomeSectionsOfTheirOwn) {
  const auto imported = pair(
      "virtual_ipaddress_excluded {\nfd00::100/64\n}\n"
      "virtual_ipaddress {\n192.0.2.100/24 dev eth1\n}\n");
  EXPECT_THAT(imported.text, HasSubstr("vrrp VI-v6\n    interface eth0\n"));
  EXPECT_THAT(imported.text, HasSubstr("vip fd00::100/64\n"));
  EXPECT_THAT(imported.text, HasSubstr("vrrp VI-eth1\n    interface eth1\n"));
  EXPECT_THAT(imported.text, HasSubstr("group VI\n    track interface eth0\n"));
  EXPECT_THAT(remarks(imported), HasSubstr("whose adverts go over eth1"));
  EXPECT_THAT(remarks(imported), HasSubstr("the addresses of the other family"));
}

TEST(Import, TracksThatWslbKnowsAreCarriedOver) {
  const auto script = [](const std::string& command) {
    return pair("track_script {\nchk\n}\n",
                "vrrp_script chk {\nscript \"" + command + "\"\ninterval 3\nfall 2\nrise 4\n}\n");
  };
  for (const char* command : {"killall -0 haproxy", "/bin/pidof haproxy", "pgrep -x haproxy",
                              "systemctl is-active --quiet haproxy"}) {
    const auto imported = script(command);
    EXPECT_FALSE(imported.remarks.anything_to_do()) << command;
    EXPECT_THAT(remarks(imported), HasSubstr("'chk' is not needed"));
  }
  EXPECT_THAT(script("curl -f http://10.0.0.1:8080/up || exit 1").text,
              HasSubstr("track check http://10.0.0.1:8080/up inter 3s fall 2 rise 4\n"));
  EXPECT_THAT(remarks(script("curl https://10.0.0.1/")), HasSubstr("runs no check scripts"));
  EXPECT_THAT(remarks(script("curl http://example.com/")), HasSubstr("runs no check scripts"));
  EXPECT_THAT(remarks(script("/etc/keepalived/check.sh")), HasSubstr("to do: 'chk' runs"));
  EXPECT_THAT(pair("track_interface {\neth0\neth1 weight -20\n}\n").text,
              HasSubstr("track interface eth1\n"));
  EXPECT_THAT(remarks(pair("track_interface {\neth1 weight -20\n}\n")),
              HasSubstr("to do: the weight -20 of interface eth1"));
  EXPECT_THAT(pair("track_file {\nf\n}\n", "track_file f {\nfile /run/drain\nweight 0\n}\n").text,
              HasSubstr("track file /run/drain\n"));
  EXPECT_THAT(remarks(pair("track_script {\nnone\n}\n")), HasSubstr("is defined nowhere"));
}

TEST(Import, NothingIsDroppedInSilence) {
  const std::vector<std::string> lines{"virtual_routes {\ndefault via 10.0.0.1\n}",
                                       "notify /bin/x",
                                       "notify_master \"/bin/x y\"",
                                       "smtp_alert",
                                       "no_accept",
                                       "track_bfd {\nb\n}",
                                       "use_ipvlan",
                                       "advert_int x",
                                       "priority 0",
                                       "virtual_router_id 300",
                                       "mcast_dst_ip 224.0.0.99",
                                       "unheard_of 1",
                                       "unicast_peer {\nnobody\n}"};
  for (const std::string& line : lines) {
    const auto imported = pair(line + "\n");
    EXPECT_TRUE(imported.remarks.anything_to_do()) << line << "\n" << remarks(imported);
    EXPECT_THAT(remarks(imported), MatchesRegex("(.|\n)*lb1.conf:[89]: to do: '(.|\n)*")) << line;
  }
  const std::vector<std::string> blocks{"virtual_server 10.0.0.1 80 {\n}", "static_routes {\n}",
                                        "bfd_instance b {\n}", "net_namespace x", "unheard_of"};
  for (const std::string& block : blocks) {
    EXPECT_THAT(remarks(pair("", block + "\n")), HasSubstr("lb1.conf:1: to do: '")) << block;
  }
  EXPECT_FALSE(pair("smtp_alert off\ngarp_master_delay 5\n").remarks.anything_to_do());
  // Of two wslbs it is no matter; beside a Keepalived it is.
  const auto authentic = pair("authentication {\nauth_type PASS\nauth_pass x\n}\n");
  EXPECT_FALSE(authentic.remarks.anything_to_do());
  EXPECT_THAT(remarks(authentic), HasSubstr("lb1.conf:8: beside Keepalived: 'authentication'"));
}

TEST(Import, HostsThatDifferAreTold) {
  auto other = instance("advert_int 3\n", 90);
  other.replace(other.find("eth0"), 4, "ens3");
  const auto imported = import({{{"lb1", instance("", 200)}, {"lb2", other}}});
  EXPECT_THAT(remarks(imported), HasSubstr("'lb2' has the interface ens3, 'lb1' eth0"));
  EXPECT_THAT(remarks(imported), HasSubstr("'lb2' has the advert_int 3s, 'lb1' 1s"));
  const auto missing = import({{{"lb1", instance("")}, {"lb2", "global_defs {\n}\n"}}});
  EXPECT_THAT(remarks(missing), HasSubstr("'VI' is not on every host"));
}

TEST(Import, WhatHaproxyHadAndWslbHasNot) {
  const std::string text =
      "global\n    cpu-map 1 0\n    user haproxy\n    lua-load /x.lua\n" + std::string(kProxy);
  const auto imported = import({{{"lb1", instance("", 200)}, {"lb2", instance("")}}, text});
  EXPECT_FALSE(imported.valid);
  EXPECT_THAT(imported.text, HasSubstr("\n# not for wslb:     cpu-map 1 0\n    user haproxy\n"));
  EXPECT_THAT(imported.text, HasSubstr("\n    lua-load /x.lua\n"));
  EXPECT_THAT(remarks(imported), HasSubstr("haproxy.cfg:2: note: 'cpu-map'"));
  EXPECT_THAT(remarks(imported), HasSubstr("haproxy.cfg:3: note: 'user' has no meaning"));
  EXPECT_THAT(remarks(imported), HasSubstr("haproxy.cfg:4: to do: 'lua-load' is not supported"));
}

TEST(Import, DebiansStatsSocketMovesToADirectoryOfOurs) {
  const auto with = [](const std::string& line) {
    return import({{{"lb1", instance("", 200)}, {"lb2", instance("")}},
                   "global\n" + line + "\n" + std::string(kProxy)});
  };
  const auto debian = with("\tstats socket /run/haproxy/admin.sock mode 660 level admin");
  EXPECT_FALSE(debian.remarks.anything_to_do());
  EXPECT_THAT(debian.text, HasSubstr("\tstats socket /run/wslb-proxy/admin.sock mode 660"));
  EXPECT_THAT(remarks(debian),
              HasSubstr("haproxy.cfg:2: note: 'stats socket' is /run/wslb-proxy/admin.sock in"));
  const auto other = with("    log /run/haproxy/log local0");
  EXPECT_THAT(remarks(other), HasSubstr("haproxy.cfg:2: to do: /run/haproxy belongs"));
}

TEST(Import, FilesInTheWrongOrderAreSeen) {
  const auto imported = import({{{"", std::string(kProxy)}}, instance("")});
  EXPECT_THAT(remarks(imported), HasSubstr("has no 'vrrp_instance'; is it a keepalived.conf?"));
}

}  // namespace
}  // namespace wslb::ctl::migration

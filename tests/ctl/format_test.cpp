#include "ctl/format.h"

#include <gtest/gtest.h>

namespace wslb::ctl {
namespace {

proto::Status example() {
  proto::Status status;
  status.set_node("lb1");
  status.set_cluster("edge");
  status.set_version("0.1.0");
  auto& web = *status.add_vrrp();
  web.set_name("public");
  web.set_vrid(51);
  web.set_family("ipv4");
  web.set_state("active");
  web.set_priority(200);
  web.set_active_node("lb1");
  web.add_vips("10.0.0.100/24");
  web.add_vips("10.0.0.101/24");
  web.set_since_unix_ms(1'767'261'600'250);
  web.set_interface("eth0");
  web.add_alarms("10.0.0.9 has the VIP 10.0.0.100 too");
  auto& inner = *status.add_vrrp();
  inner.set_name("in");
  inner.set_vrid(52);
  inner.set_family("ipv4");
  inner.set_state("fault");
  inner.set_priority(199);
  inner.add_vips("10.1.0.100/32");
  inner.set_since_unix_ms(1'767'261'751'250);
  inner.set_interface("eth1");
  inner.set_reason("interface eth1 does not exist");
  auto& proxy = *status.mutable_proxy();
  proxy.set_kind("wslb");
  proxy.set_state("up");
  proxy.set_pid(4711);
  proxy.set_tunnels(12);
  proxy.set_kept(11);
  auto& counter = *status.add_counters();
  counter.set_name("public/adverts-sent");
  counter.set_value(7);
  return status;
}

TEST(StatusTable, AnswersAtAGlance) {
  EXPECT_EQ(
      status_table(example(), {.colour = false, .now_unix_ms = 1'767'261'751'250}),
      "node lb1 of cluster edge, wslb 0.1.0\n"
      "\n"
      "VRRP    STATE   FOR     ACTIVE NODE  PRIORITY  INTERFACE  VIPS\n"
      "public  active  2m 31s  lb1          200       eth0       10.0.0.100/24 10.0.0.101/24\n"
      "in      fault   0s      -            199       eth1       10.1.0.100/32\n"
      "  in: interface eth1 does not exist\n"
      "ALARM public: 10.0.0.9 has the VIP 10.0.0.100 too\n"
      "\n"
      "PROXY  STATE  PID   TUNNELS  RESTARTS  KEPT\n"
      "wslb   up     4711  12       0         11\n");
}

TEST(StatusTable, ColoursTheStatesAndKeepsTheColumns) {
  const std::string text = status_table(example(), {.colour = true, .now_unix_ms = 0});
  EXPECT_NE(text.find("\x1b[1;32mactive\x1b[0m  0s"), std::string::npos) << text;
  EXPECT_NE(text.find("\x1b[1;31mfault\x1b[0m   0s"), std::string::npos) << text;
}

TEST(StatusTable, ShowsPeersWhereThereAreAny) {
  proto::Status status = example();
  auto& peer = *status.add_peers();
  peer.set_node("lb2");
  peer.set_address("10.0.0.12");
  peer.set_state("connected");
  peer.set_lag_ms(0.25);
  peer.set_kind("node");
  auto& haproxy = *status.add_peers();
  haproxy.set_node("old");
  haproxy.set_address("10.0.0.13:10000");
  haproxy.set_state("connecting");
  haproxy.set_reason("Connection refused");
  haproxy.set_kind("haproxy");
  EXPECT_NE(status_table(status, {})
                .find("PEER  KIND     STATE       ADDRESS          LAG\n"
                      "lb2   node     connected   10.0.0.12        0.2 ms\n"
                      "old   haproxy  connecting  10.0.0.13:10000  -\n"
                      "  old: Connection refused\n"),
            std::string::npos);
}

TEST(StatusJson, HasTheKeysThatProgramsRelyOn) {
  EXPECT_EQ(
      status_json(example()),
      R"({"node":"lb1","cluster":"edge","version":"0.1.0","vrrp":[)"
      R"({"name":"public","vrid":51,"family":"ipv4","state":"active","priority":200,)"
      R"("active_node":"lb1","vips":["10.0.0.100/24","10.0.0.101/24"],)"
      R"("since":"2026-01-01T10:00:00.250Z","interface":"eth0","reason":"",)"
      R"("alarms":["10.0.0.9 has the VIP 10.0.0.100 too"]},)"
      R"({"name":"in","vrid":52,"family":"ipv4","state":"fault","priority":199,)"
      R"("active_node":"","vips":["10.1.0.100/32"],"since":"2026-01-01T10:02:31.250Z",)"
      R"("interface":"eth1","reason":"interface eth1 does not exist","alarms":[]}],)"
      R"("proxy":{"kind":"wslb","state":"up","pid":4711,"tunnels":12,"restarts":0,"reason":"",)"
      R"("kept":11},)"
      R"("peers":[],"counters":{"public/adverts-sent":7}})"
      "\n");
}

TEST(Events, AsALineAndAsJson) {
  proto::Event event;
  event.set_seq(3);
  event.set_unix_ms(1'767'261'600'007);
  event.set_kind("vrrp-state");
  event.set_subject("public");
  event.set_text("says \"active\"");
  EXPECT_EQ(event_line(event), "2026-01-01T10:00:00.007Z  vrrp-state public: says \"active\"\n");
  EXPECT_EQ(event_json(event), R"({"seq":3,"time":"2026-01-01T10:00:00.007Z","kind":"vrrp-state",)"
                               R"("subject":"public","text":"says \"active\""})"
                               "\n");
}

TEST(StatusTable, SaysWhyTheProxyIsNotUp) {
  proto::Status status = example();
  status.mutable_proxy()->set_reason("pidfile: cannot read /run/x.pid");
  EXPECT_TRUE(status_table(status, {}).ends_with("  wslb: pidfile: cannot read /run/x.pid\n"));
}

TEST(Events, AChangeOfStateAsJson) {
  proto::Event event;
  event.set_seq(4);
  event.set_state("active");
  event.set_from("backup");
  event.set_priority(200);
  EXPECT_NE(event_json(event).find(R"("text":"","state":"active","from":"backup","priority":200})"),
            std::string::npos);
}

TEST(Age, UsesTheTwoLargestUnits) {
  EXPECT_EQ(age(-5), "0s");
  EXPECT_EQ(age(59'999), "59s");
  EXPECT_EQ(age(151'000), "2m 31s");
  EXPECT_EQ(age(11'100'000), "3h 5m");
  EXPECT_EQ(age(1'051'200'000), "12d 4h");
}

}  // namespace
}  // namespace wslb::ctl

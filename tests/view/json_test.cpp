#include "view/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/view/example.h"

namespace wslb::view {
namespace {

using testing::HasSubstr;

TEST(StatusJson, HasTheKeysThatProgramsRelyOn) {
  proto::Status status = example_pair();
  auto& counter = *status.add_counters();
  counter.set_name("public/adverts-sent");
  counter.set_value(7);
  EXPECT_EQ(
      status_json(status),
      R"({"node":"lb1","cluster":"edge","version":"0.1.0","vrrp":[)"
      R"({"name":"public","vrid":51,"family":"ipv4","state":"active","priority":200,)"
      R"("active_node":"lb1","vips":["10.0.0.100/24"],)"
      R"("since":"2026-01-01T10:00:00.250Z","interface":"eth0","reason":"","alarms":[],)"
      R"("takeover":{"ready":true,"node":"lb2","reason":""}}],)"
      R"("proxy":{"kind":"wslb","state":"up","pid":4711,"tunnels":12,"restarts":0,"reason":"",)"
      R"("kept":0},)"
      R"("peers":[{"node":"lb2","kind":"node","address":"10.0.0.12","state":"connected",)"
      R"("lag":2.5E-1,"reason":"","behind":0,"alarms":[],"in_step":true,"version":"0.1.0",)"
      R"("standing":{"version":"0.1.0","drained":false,"proxy":"up","tunnels":0,)"
      R"("vrrp":[{"name":"public","state":"backup","priority":199,"reason":""}],"alarms":[]}}],)"
      R"("counters":{"public/adverts-sent":7},"drained":false,"drained_since":"",)"
      R"("started":"1970-01-01T00:00:00.000Z",)"
      R"("tables":[{"name":"app","type":"string","size":1000,"entries":3,"expire_ms":0}],)"
      R"("tables_in_step":true,"traffic":[],"traffic_error":"","alarms":[]})"
      "\n");
}

TEST(StatusJson, IsUtf8WhateverSomebodyHasSaid) {
  const auto said = [](const std::string& words) {
    proto::Event event;
    event.set_text(words);
    return event_json(event);
  };
  for (const std::string good : {"", "\xc3\xa9t\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}) {
    EXPECT_THAT(said(good), HasSubstr(R"("text":")" + good + '"'));
  }
  const std::string odd = "\xef\xbf\xbd";
  EXPECT_THAT(said("\xe9t\xe9"), HasSubstr('"' + odd + "t" + odd + '"'));
  EXPECT_THAT(said("cut \xe2\x82"), HasSubstr("\"cut " + odd + odd + '"'));
  for (const char* wrong : {"\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", "\x80"}) {
    EXPECT_THAT(said(wrong), HasSubstr('"' + odd)) << wrong;
  }
}

TEST(EventJson, HasAChangeOfStateWhereItIsOne) {
  proto::Event event;
  event.set_seq(3);
  event.set_unix_ms(1'767'261'600'007);
  event.set_kind("vrrp-state");
  event.set_subject("public");
  event.set_text("says \"active\"");
  const std::string begin = R"({"seq":3,"time":"2026-01-01T10:00:00.007Z","kind":"vrrp-state",)"
                            R"("subject":"public","text":"says \"active\"")";
  EXPECT_EQ(event_json(event), begin + "}\n");
  event.set_state("active");
  event.set_from("backup");
  event.set_priority(200);
  EXPECT_EQ(event_json(event),
            begin + R"(,"state":"active","from":"backup","priority":200})" + "\n");
}

TEST(TrafficJson, TellsBackendsAndServersApart) {
  proto::TrafficAnswer answer;
  auto& server = *answer.add_rows();
  server.set_kind(proto::TrafficRow::SERVER);
  server.set_proxy("app");
  server.set_server("s1");
  server.set_detail("\x1b[31mred");
  auto& backend = *answer.add_rows();
  backend.set_kind(proto::TrafficRow::BACKEND);
  backend.set_proxy("app");
  backend.set_servers(1);
  const std::string text = traffic_json(answer);
  EXPECT_THAT(text, HasSubstr(R"("kind":"server","proxy":"app")"));
  EXPECT_THAT(text, HasSubstr(R"("detail":"\u001b[31mred")"));
  EXPECT_THAT(text, HasSubstr(R"("servers":1,"servers_up":0)"));
}

TEST(TableJson, AnEntryThatDoesNotExpireHasNull) {
  proto::TablePage page;
  page.set_total(1);
  auto& entry = *page.add_entries();
  entry.set_key("abc");
  entry.set_pinned(true);
  EXPECT_EQ(table_json("app", page),
            R"({"table":"app","total":1,"entries":[{"key":"abc","server":"","node":"",)"
            R"("age_ms":0,"pinned":true,"expires_in_ms":null}]})"
            "\n");
}

}  // namespace
}  // namespace wslb::view

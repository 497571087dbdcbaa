#include "ctl/format.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/view/example.h"

namespace wslb::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kNow = 1'767'261'751'250;

proto::TrafficRow row(proto::TrafficRow::Kind kind, const std::string& proxy,
                      const std::string& server, const std::string& state) {
  proto::TrafficRow made;
  made.set_kind(kind);
  made.set_proxy(proxy);
  made.set_server(server);
  made.set_state(state);
  return made;
}

proto::Status example() {
  proto::Status status = view::example_pair();
  status.set_started_unix_ms(kNow - 3'600'000);
  status.mutable_vrrp(0)->add_vips("10.0.0.101/24");
  auto& backend = *status.add_traffic();
  backend = row(proto::TrafficRow::BACKEND, "app", "", "UP");
  backend.set_servers(3);
  backend.set_servers_up(3);
  backend.set_sessions(12);
  backend.set_tunnels(12);
  return status;
}

std::size_t widest(const std::string& text) {
  std::size_t most = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) most = std::max(most, line.size());
  return most;
}

TEST(StatusTable, AnswersAtAGlance) {
  EXPECT_EQ(status_table(example(), {.colour = false, .now_unix_ms = kNow, .width = 80}),
            "node lb1 of cluster edge, wslb 0.1.0, up 1h 0m\n"
            "\n"
            "VRRP    STATE   FOR     ACTIVE NODE  PRIORITY  INTERFACE  VIPS\n"
            "public  active  2m 31s  lb1          200       eth0       10.0.0.100/24 +1\n"
            "  public: lb2 can take over now\n"
            "\n"
            "PROXY  STATE  PID   TUNNELS  RESTARTS  KEPT\n"
            "wslb   up     4711  12       0         0\n"
            "\n"
            "BACKEND  STATE  SERVERS  SESSIONS  TUNNELS  QUEUE  ERRORS\n"
            "app      UP     3/3            12       12      0       0\n"
            "\n"
            "PEER  KIND  STATE      ADDRESS    LAG     TABLES   PROXY  VERSION\n"
            "lb2   node  connected  10.0.0.12  0.2 ms  in step  up     0.1.0\n"
            "\n"
            "sticky tables: 1, 3 entries, the same on all nodes\n"
            "no alarms\n");
}

TEST(StatusTable, ColoursTheStatesAndKeepsTheColumns) {
  const std::string text = status_table(example(), {.colour = true, .now_unix_ms = kNow});
  EXPECT_THAT(text, HasSubstr("\x1b[1;32mactive\x1b[0m  2m 31s"));
  EXPECT_THAT(status_table(example(), {}), Not(HasSubstr("\x1b")));
}

TEST(StatusTable, FitsEightyColumnsWhateverHappens) {
  proto::Status status = example();
  status.set_drained(true);
  status.set_drained_since("since 2026-01-31T10:00:00Z by uid 1000");
  auto& section = *status.mutable_vrrp(0);
  section.set_name("a-rather-long-name-of-a-section-in-the-data-centre");
  section.set_vips(0, "2001:db8:1234:5678:9abc:def0:1234:5678/64");
  section.set_state("fault");
  section.set_reason(
      "tracked: check http://10.77.0.11:8080/health/of/the/whole/thing answers 503 "
      "and so on for a long time");
  section.add_alarms(
      "10.0.0.100 is also claimed by the host with MAC address 02:00:00:00:00:01; "
      "take it off that host");
  for (int i = 0; i < 20; ++i) *status.add_traffic() = status.traffic(0);
  status.mutable_peers(0)->set_address("2001:db8:1234:5678:9abc:def0:1234:5678");
  const std::string text =
      status_table(status, {.colour = false, .now_unix_ms = kNow, .width = 80});
  EXPECT_LE(widest(text), 80U) << text;
  EXPECT_THAT(text, HasSubstr("DRAINED since 2026-01-31T10:00:00Z by uid 1000"));
  EXPECT_THAT(text, HasSubstr("and 13 more; 'wslbctl backends' has all\n"));
  EXPECT_THAT(text, HasSubstr("\nALARM a-rather"));
}

TEST(StatusTable, ShowsTroubleFirst) {
  proto::Status status = example();
  for (int i = 0; i < 20; ++i) *status.add_traffic() = status.traffic(0);
  auto& bad = *status.add_traffic();
  bad = row(proto::TrafficRow::BACKEND, "chat", "", "DOWN");
  bad.set_servers(2);
  const std::string text = status_table(status, {});
  EXPECT_LT(text.find("chat"), text.find("app "));
  EXPECT_THAT(text, HasSubstr("ALARM backend chat: no server is up\n"));
}

TEST(StatusTable, SaysWhyTheProxyIsNotUp) {
  proto::Status status = example();
  status.mutable_proxy()->set_reason("pidfile: cannot read /run/x.pid");
  EXPECT_THAT(status_table(status, {}), HasSubstr("\n  wslb: pidfile: cannot read /run/x.pid\n"));
}

TEST(StatusTable, ShowsHaproxyPeers) {
  proto::Status status = example();
  auto& haproxy = *status.add_peers();
  haproxy.set_node("old");
  haproxy.set_address("10.0.0.13:10000");
  haproxy.set_state("connecting");
  haproxy.set_reason("Connection refused");
  haproxy.set_kind("haproxy");
  EXPECT_THAT(status_table(status, {}),
              HasSubstr("old   haproxy  connecting  10.0.0.13:10000  -       -        -      -\n"
                        "  old: Connection refused\n"));
}

TEST(Events, AsALine) {
  proto::Event event;
  event.set_unix_ms(1'767'261'600'007);
  event.set_kind("vrrp-state");
  event.set_subject("public");
  event.set_text("says \"active\"");
  EXPECT_EQ(event_line(event), "2026-01-01T10:00:00.007Z  vrrp-state public: says \"active\"\n");
}

TEST(BackendsTable, HasTheServersUnderTheirBackend) {
  proto::TrafficAnswer answer;
  *answer.add_rows() = row(proto::TrafficRow::FRONTEND, "web", "", "OPEN");
  auto& server = *answer.add_rows();
  server = row(proto::TrafficRow::SERVER, "app", "s1", "UP");
  server.set_check("L7OK 200");
  server.set_detail("fine\x1b[2J");
  server.set_weight(100);
  server.set_since_s(90);
  auto& backup = *answer.add_rows();
  backup = row(proto::TrafficRow::SERVER, "app", "s2", "DRAIN");
  backup.set_backup(true);
  auto& backend = *answer.add_rows();
  backend = row(proto::TrafficRow::BACKEND, "app", "", "UP");
  backend.set_servers(2);
  backend.set_servers_up(1);
  EXPECT_EQ(backends_table(answer, {}),
            "BACKEND/SERVER  STATE           FOR  WEIGHT  SESS  TUNNELS  QUEUE  ELSEWHERE  CHECK\n"
            "app             UP 1/2                    0     0        0      0             \n"
            "  s1            UP               1m     100     0        0      0          0  "
            "L7OK 200: fine?[2J\n"
            "  s2            DRAIN (backup)   0s       0     0        0      0          0  -\n");
}

TEST(TunnelsTable, SaysWhenThereAreMore) {
  proto::TrafficAnswer answer;
  answer.set_total(3);
  auto& tunnel = *answer.add_tunnels();
  tunnel.set_client("10.0.0.9:4711");
  tunnel.set_frontend("web");
  tunnel.set_backend("app");
  tunnel.set_server("s1");
  tunnel.set_age_ms(61'000);
  tunnel.set_bytes_in(12'345);
  EXPECT_EQ(tunnels_table(answer, {}),
            "CLIENT         FRONTEND  BACKEND/SERVER  AGE  IDLE     IN  OUT\n"
            "10.0.0.9:4711  web       app/s1           1m    0s  12.3k    0\n"
            "2 more; -n 0 shows all\n");
}

TEST(EntriesTable, PinnedOnesDoNotExpire) {
  proto::TablePage page;
  auto& entry = *page.add_entries();
  entry.set_key("abc");
  entry.set_server("s1");
  entry.set_origin("lb1");
  entry.set_pinned(true);
  auto& other = *page.add_entries();
  other.set_key("def");
  other.set_expires_in_ms(60'000);
  EXPECT_EQ(entries_table(page, {}),
            "KEY  SERVER  NODE  CHANGED  EXPIRES\n"
            "abc  s1      lb1        0s   pinned\n"
            "def  -       -          0s       1m\n");
}

TEST(TablesTable, OrThereIsNone) {
  EXPECT_THAT(tables_table(proto::Status(), {}), HasSubstr("no sticky table is shared"));
  EXPECT_EQ(tables_table(example(), {}),
            "TABLE  TYPE    ENTRIES  SIZE  EXPIRE\n"
            "app    string        3  1000   never\n");
}

TEST(Printable, NothingSteersATerminal) {
  EXPECT_EQ(printable("a\x1b[2J\n\x7f"), "a?[2J??");
  EXPECT_EQ(printable("\xc2\x9b"
                      "2J"),
            "??2J");  // U+009B, which is ESC [ in one
  EXPECT_EQ(printable("\xc3\xa4 \xe2\x82\xac"), "\xc3\xa4 \xe2\x82\xac");
  proto::Event event;
  event.set_text("\x1b]0;title\x07");
  EXPECT_THAT(event_line(event), Not(HasSubstr("\x1b")));
}

TEST(Wrapped, BreaksAtBlanksAndIndents) {
  EXPECT_EQ(wrapped("one two three four five", 2, {.width = 10}),
            "one two\n  three\n  four\n  five\n");
  EXPECT_EQ(wrapped("one two", 2, {}), "one two\n");
  EXPECT_EQ(wrapped("a-very-long-word-without-blanks", 2, {.width = 10}),
            "a-very-long-word-without-blanks\n");
}

}  // namespace
}  // namespace wslb::ctl

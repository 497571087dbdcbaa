#include "proxy/http/log_line.h"

#include <gtest/gtest.h>

namespace wslb::proxy::http {
namespace {

using config::LogFormat;
using std::chrono::milliseconds;

LogFacts facts() {
  LogFacts facts;
  facts.client = {*base::IpAddress::parse("10.0.1.2"), 33317};
  facts.destination = {*base::IpAddress::parse("10.0.3.31"), 80};
  facts.accepted = {2009, 2, 6, 12, 14, 4, 55};
  facts.frontend = "http-in";
  facts.backend = "static";
  facts.server = "srv1";
  facts.request = milliseconds(10);
  facts.queue = milliseconds(0);
  facts.connect = milliseconds(30);
  facts.response = milliseconds(69);
  facts.total = milliseconds(109);
  facts.status = 200;
  facts.bytes = 2750;
  facts.active = 5;
  facts.frontend_active = 4;
  facts.backend_active = 3;
  facts.server_active = 2;
  facts.retries = 1;
  facts.server_queue = 7;
  facts.backend_queue = 8;
  facts.request_line = "GET /index.html HTTP/1.1";
  return facts;
}

TEST(LogLine, Http) {
  EXPECT_EQ(log_line(LogFormat::Http, facts()),
            "10.0.1.2:33317 [06/Feb/2009:12:14:04.055] http-in static/srv1 10/0/30/69/109 200 2750 "
            "- - ---- 5/4/3/2/1 7/8 \"GET /index.html HTTP/1.1\"");
}

TEST(LogLine, HttpWithoutAnswerOrServer) {
  LogFacts none = facts();
  none.backend = "http-in";
  none.server = "";
  none.request = none.queue = none.connect = none.response = std::nullopt;
  none.status = 400;
  none.termination = {'P', 'R', '-', '-'};
  none.retries = 0;
  none.request_line = "";
  EXPECT_EQ(log_line(LogFormat::Http, none),
            "10.0.1.2:33317 [06/Feb/2009:12:14:04.055] http-in http-in/<NOSRV> -1/-1/-1/-1/109 400 "
            "2750 - - PR-- 5/4/3/2/0 7/8 \"<BADREQ>\"");
}

TEST(LogLine, RedispatchShowsBeforeTheRetries) {
  LogFacts moved = facts();
  moved.redispatched = true;
  moved.termination = {'-', '-', 'D', 'I'};
  EXPECT_NE(log_line(LogFormat::Http, moved).find(" --DI 5/4/3/2/+1 "), std::string::npos);
}

TEST(LogLine, NobodyForgesALine) {
  LogFacts forged = facts();
  forged.request_line = "GET /\"\n#\x7f\xc3 HTTP/1.1";
  const std::string line = log_line(LogFormat::Http, forged);
  EXPECT_TRUE(line.ends_with(" \"GET /#22#0A#23#7F#C3 HTTP/1.1\"")) << line;
}

TEST(LogLine, Tcp) {
  LogFacts tcp = facts();
  tcp.termination = {'c', 'D', '-', '-'};
  EXPECT_EQ(log_line(LogFormat::Tcp, tcp),
            "10.0.1.2:33317 [06/Feb/2009:12:14:04.055] http-in static/srv1 0/30/109 2750 cD "
            "5/4/3/2/1 7/8");
}

TEST(LogLine, Default) {
  LogFacts plain = facts();
  EXPECT_EQ(log_line(LogFormat::None, plain),
            "Connect from 10.0.1.2:33317 to 10.0.3.31:80 (http-in/HTTP)");
  plain.mode = config::Mode::Tcp;
  plain.client = {*base::IpAddress::parse("2001:db8::1"), 1};
  EXPECT_EQ(log_line(LogFormat::None, plain),
            "Connect from 2001:db8::1:1 to 10.0.3.31:80 (http-in/TCP)");
}

TEST(LogLine, SyslogHeader) {
  EXPECT_EQ(syslog_header(19, 6, {2009, 2, 6, 12, 14, 4, 55}, "wslb-proxy", 14389),
            "<158>Feb  6 12:14:04 wslb-proxy[14389]: ");
  EXPECT_EQ(syslog_header(16, 6, {2026, 12, 31, 3, 5, 59, 0}, "haproxy", 1),
            "<134>Dec 31 03:05:59 haproxy[1]: ");
}

}  // namespace
}  // namespace wslb::proxy::http

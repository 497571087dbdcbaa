#include "proxy/http/log_text.h"

#include <gtest/gtest.h>

namespace wslb::proxy::http {
namespace {

using std::chrono::milliseconds;

LogTime at(int millisecond) {
  using namespace std::chrono;
  return {sys_days(year(2009) / February / 6) + hours(12) + minutes(14) + seconds(4) +
              milliseconds(millisecond),
          hours(0)};
}

LogFacts facts() {
  LogFacts facts;
  facts.client = {*base::IpAddress::parse("10.0.1.2"), 33317};
  facts.destination = {*base::IpAddress::parse("10.0.3.31"), 80};
  facts.accepted = at(50);
  facts.begun = at(55);
  facts.frontend = "http-in";
  facts.backend = "static";
  facts.server = "srv1";
  facts.request = milliseconds(10);
  facts.queue = milliseconds(0);
  facts.connect = milliseconds(30);
  facts.response = milliseconds(69);
  facts.active = milliseconds(109);
  facts.total = milliseconds(114);
  facts.status = 200;
  facts.bytes_from_client = 99;
  facts.bytes_from_server = 2750;
  facts.active_connections = 5;
  facts.frontend_connections = 4;
  facts.backend_connections = 3;
  facts.server_connections = 2;
  facts.retries = 1;
  facts.server_queue = 7;
  facts.backend_queue = 8;
  facts.request_line = "GET /index.html?a=b HTTP/1.1";
  return facts;
}

std::string text(std::string_view format, const LogFacts& facts,
                 config::LogFormatUse use = config::LogFormatUse::Line) {
  const auto parsed = config::parse_log_format(format, use);
  if (!parsed) return parsed.error().message;
  return log_text(*parsed, facts);
}

TEST(LogText, Http) {
  EXPECT_EQ(log_text(config::http_log_format(), facts()),
            "10.0.1.2:33317 [06/Feb/2009:12:14:04.055] http-in static/srv1 10/0/30/69/109 200 2750 "
            "- - ---- 5/4/3/2/1 7/8 \"GET /index.html?a=b HTTP/1.1\"");
}

TEST(LogText, HttpWithoutAnswerOrServer) {
  LogFacts none = facts();
  none.backend = "http-in";
  none.server = "";
  none.request = none.queue = none.connect = none.response = std::nullopt;
  none.status = 400;
  none.termination = {'P', 'R', '-', '-'};
  none.retries = 0;
  none.request_line = "";
  EXPECT_EQ(log_text(config::http_log_format(), none),
            "10.0.1.2:33317 [06/Feb/2009:12:14:04.055] http-in http-in/<NOSRV> -1/-1/-1/-1/109 400 "
            "2750 - - PR-- 5/4/3/2/0 7/8 \"<BADREQ>\"");
}

TEST(LogText, Tcp) {
  LogFacts tcp = facts();
  tcp.termination = {'c', 'D', '-', '-'};
  EXPECT_EQ(log_text(config::tcp_log_format(), tcp),
            "10.0.1.2:33317 [06/Feb/2009:12:14:04.050] http-in static/srv1 0/30/114 2750 cD "
            "5/4/3/2/1 7/8");
}

TEST(LogText, Default) {
  LogFacts plain = facts();
  EXPECT_EQ(log_text(config::default_log_format(true), plain),
            "Connect from 10.0.1.2:33317 to 10.0.3.31:80 (http-in/HTTP)");
  plain.client = {*base::IpAddress::parse("2001:db8::1"), 1};
  EXPECT_EQ(log_text(config::default_log_format(false), plain),
            "Connect from 2001:db8::1:1 to 10.0.3.31:80 (http-in/TCP)");
}

TEST(LogText, RedispatchAndWhatStillGrows) {
  LogFacts moved = facts();
  moved.redispatched = true;
  EXPECT_EQ(text("%rc %B %U %Ta %Tt %Tr", moved), "+1 2750 99 109 114 69");
  moved.early = true;
  EXPECT_EQ(text("%rc %B %U %Ta %Tt %Tr", moved), "+1 +2750 99 +109 +114 69");
}

TEST(LogText, NobodyForgesALine) {
  LogFacts forged = facts();
  forged.request_line = "GET /\"\n#\x7f\xc3 HTTP/1.1";
  EXPECT_EQ(text("%{+Q}r", forged), "\"GET /#22#0A#23#7F#C3 HTTP/1.1\"");
  const Captured captured{"a{b}c|d\te\"", ""};
  forged.request_captures = &captured;
  EXPECT_EQ(text("%hr|%hrl", forged), "{a#7Bb#7Dc#7Cd#09e#22|}|a#7Bb#7Dc#7Cd#09e#22 -");
}

TEST(LogText, PartsOfTheRequestLine) {
  LogFacts request = facts();
  EXPECT_EQ(text("%HM|%HU|%HP|%HPO|%HQ|%HV", request),
            "GET|/index.html?a=b|/index.html|/index.html|?a=b|HTTP/1.1");
  request.request_line = "GET http://h:80/p?q HTTP/1.0";
  EXPECT_EQ(text("%HU|%HP|%HPO|%HQ", request), "http://h:80/p?q|http://h:80/p|/p|?q");
  request.request_line = "OPTIONS * HTTP/1.1";
  EXPECT_EQ(text("%HU|%HPO|%HQ", request), "*|*|");
  request.request_line = "";
  EXPECT_EQ(text("%HM|%HU|%HQ", request), "<BADREQ>|<BADREQ>|<BADREQ>");
}

TEST(LogText, Flags) {
  LogFacts plain = facts();
  plain.process_id = 0x545c;
  EXPECT_EQ(text("%{+X}o %ci:%cp %Ts %pid %rt %lc %ms", plain),
            "0A000102:8225 498C298C 545C 0000 0000 32");
  EXPECT_EQ(text("%{+Q}o %s %CC %B %si:%sp", plain), "\"srv1\" \"\" 2750 \"\":\"\"");
  EXPECT_EQ(text("%{+Q}o %b %{-Q}b %b", plain), "\"static\" static \"static\"");
  plain.frontend = "a]b\\c";
  EXPECT_EQ(text("%{+E}f %f", plain), "a\\]b\\\\c a]b\\c");
}

TEST(LogText, BlanksAreMergedInALineAndKeptInAValue) {
  const LogFacts plain = facts();
  EXPECT_EQ(text("  a   %hr %% %hs  %CC ", plain), "a % - ");
  EXPECT_EQ(text("  a  %CC b", plain, config::LogFormatUse::Value), "  a   b");
}

TEST(LogText, Samples) {
  Transaction transaction;
  transaction.client = {*base::IpAddress::parse("10.0.1.2"), 33317};
  const auto format = config::parse_log_format("%[src] %{+Q}[src]%%%[src_port]%[hdr(a)]",
                                               config::LogFormatUse::Line);
  ASSERT_TRUE(format) << format.error().message;
  EXPECT_EQ(log_text(*format, facts(), &transaction), "10.0.1.2 \"10.0.1.2\"%33317-");
  EXPECT_EQ(log_text(*format, facts()), "- \"\"%--");
}

TEST(LogText, Dates) {
  LogFacts east = facts();
  east.accepted.utc_offset = std::chrono::minutes(330);
  east.begun.utc_offset = -std::chrono::hours(13);
  EXPECT_EQ(text("%t|%T|%Tl|%trl|%trg|%Ts|%ms", east),
            "06/Feb/2009:17:44:04.050|06/Feb/2009:12:14:04 +0000|06/Feb/2009:17:44:04 +0530|"
            "05/Feb/2009:23:14:04 -1300|06/Feb/2009:12:14:04 +0000|1233922444|050");
}

TEST(LogText, WhatCannotBeRead) {
  const LogFacts plain = facts();
  EXPECT_EQ(text("%ci %zz", plain), "knows no variable '%zz'; '%%' stands for one '%'");
  EXPECT_EQ(text("a %", plain),
            "lacks the name of a variable after a '%'; '%%' stands for one '%'");
  EXPECT_EQ(text("%{+Z}ci", plain), "knows no flag '+Z'; expects +Q, +E or +X, or - before it");
  EXPECT_EQ(text("%{+Q", plain), "lacks the '}' after '%{'");
  EXPECT_EQ(text("%[src", plain), "lacks the ']' after '%['");
}

}  // namespace
}  // namespace wslb::proxy::http

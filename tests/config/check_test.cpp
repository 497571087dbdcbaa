#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/health_check.h"
#include "tests/config/loaded.h"

namespace wslb::config {
namespace {

const std::string kCheckDefaults =
    "defaults\n mode http\n timeout client 1s\n timeout connect 1s\n timeout server 1s\n";

// A script in short: "C" connect, "c" an implicit one, "S:..." what is sent, "E" expect, "E!" its
// opposite, with the step's number behind.
std::string short_form(const HealthCheck& check) {
  std::string text;
  for (const CheckStep& step : check.steps) {
    if (!text.empty()) text += " ";
    if (const auto* connect = std::get_if<CheckConnect>(&step.action)) {
      text += connect->implicit ? "c" : "C";
    } else if (const auto* send = std::get_if<CheckSend>(&step.action)) {
      text += "S:";
      text += send->request ? send->request->method.value_or("-") + send->request->uri.value_or("-")
                            : send->bytes;
    } else {
      text += std::get<CheckExpect>(step.action).negated ? "E!" : "E";
    }
    if (!step.comment.empty()) text += "(" + step.comment + ")";
  }
  return text;
}

HealthCheck check_of(const std::string& lines, const std::string& defaults = "") {
  return clean(kCheckDefaults + defaults + "backend b\n" + lines).proxies.back().check;
}

const CheckExpect& last_expect(const HealthCheck& check) {
  return std::get<CheckExpect>(check.steps.back().action);
}

TEST(CheckTest, WithoutAnOptionChecksConnect) {
  const HealthCheck check = check_of("");
  EXPECT_EQ(short_form(check), "c");
  EXPECT_EQ(check.protocol, HealthCheck::Protocol::Connect);
}

TEST(CheckTest, HttpchkAsksAndExpects2xxAnd3xx) {
  const HealthCheck check = check_of(" option httpchk\n");
  EXPECT_EQ(short_form(check), "c S:-- E");
  EXPECT_EQ(last_expect(check).statuses.at(0).last, 399);
  EXPECT_EQ(short_form(check_of(" option httpchk HEAD /up\n")), "c S:HEAD/up E");
}

TEST(CheckTest, TheFirstSendIsMergedIntoTheOptions) {
  EXPECT_EQ(short_form(check_of(" option httpchk GET /a\n http-check send uri /b\n")),
            "c S:GET/b E");
  EXPECT_EQ(short_form(check_of(" http-check send uri /b meth PUT\n option httpchk /c\n")),
            "c S:PUT/c E");
}

TEST(CheckTest, ConnectMovesTheOptionsRequestBehindIt) {
  EXPECT_EQ(short_form(check_of(" option httpchk GET /a\n http-check connect port 1\n")),
            "C S:GET/a E");
  EXPECT_EQ(short_form(check_of(" option httpchk\n http-check connect\n http-check send uri /a\n"
                                " http-check expect ! status 500\n http-check connect port 2\n"
                                " http-check send uri /b\n")),
            "C S:-/a E! C S:-/b E");
}

TEST(CheckTest, ASectionsOwnLinesReplaceThoseOfDefaultsButForWhatToAsk) {
  const std::string defaults = " option httpchk GET /a\n http-check expect status 201\n";
  EXPECT_EQ(last_expect(check_of("", defaults)).statuses.at(0).first, 201);
  const HealthCheck own = check_of(" http-check expect rstatus ^2\n", defaults);
  EXPECT_EQ(short_form(own), "c S:GET/a E");
  EXPECT_EQ(last_expect(own).what, CheckExpect::What::StatusRegex);
  EXPECT_EQ(last_expect(check_of(" option httpchk GET /b\n", defaults)).statuses.at(0).first, 200);
}

TEST(CheckTest, CommentsGoToTheStepsOfTheNextKind) {
  EXPECT_EQ(short_form(check_of(" option tcp-check\n tcp-check comment one\n tcp-check connect\n"
                                " tcp-check send A\n tcp-check comment two\n tcp-check send B\n"
                                " tcp-check send C comment own\n tcp-check expect string D\n")),
            "C(one) S:A S:B(two) S:C(own) E");
}

TEST(CheckTest, TcpStepsAreNumberedAsTheirLines) {
  const HealthCheck check = check_of(
      " option tcp-check\n tcp-check comment x\n tcp-check send-binary 0aFf\n"
      " tcp-check expect min-recv 4 ! binary 00\n");
  EXPECT_EQ(short_form(check), "c S:\n\xff(x) E!");
  EXPECT_EQ(check.steps[1].number, 2);
  EXPECT_EQ(check.steps[2].number, 3);
  EXPECT_EQ(last_expect(check).bytes_min, 4U);
  EXPECT_EQ(last_expect(check).text, std::string(1, '\0'));
}

TEST(CheckTest, ExpectReadsHeadersAndStatuses) {
  const CheckExpect expect = last_expect(
      check_of(" option httpchk\n http-check expect comment why error-status L4CON ok-status l7okc "
               "fhdr name -m beg X- value -m reg ^a$\n"));
  EXPECT_EQ(expect.what, CheckExpect::What::Header);
  EXPECT_TRUE(expect.whole_value);
  EXPECT_EQ(expect.header_name.match, CheckText::Match::Begin);
  EXPECT_TRUE(expect.header_value->regex.has_value());
  EXPECT_EQ(expect.on_error, CheckStatus::L4Connection);
  EXPECT_EQ(expect.on_success, CheckStatus::L7OkConditionally);
}

TEST(CheckTest, RedisAsksForAPong) {
  EXPECT_EQ(short_form(check_of(" option redis-check\n")), "c S:*1\r\n$4\r\nPING\r\n E");
}

TEST(CheckTest, ServersSayWhereAndWhatElseCounts) {
  const auto config = clean(kCheckDefaults +
                            "backend a\n server x 127.0.0.1:1 check\n"
                            "backend b\n server s 127.0.0.1:1 check addr 10.0.0.1 port 99 "
                            "observe layer7 error-limit 3 on-error mark-down agent-check "
                            "agent-port 5 agent-addr 10.0.0.2 agent-inter 7s agent-send hi\\n\n"
                            " server t 127.0.0.1:2 track s\n server u 127.0.0.1:3 track a/x\n");
  const Server& server = config.proxies[1].servers[0];
  EXPECT_EQ(server.check.port, 99);
  EXPECT_EQ(server.check.address->to_string(), "10.0.0.1");
  EXPECT_EQ(server.observe.mode, ObserveParams::Mode::Layer7);
  EXPECT_EQ(server.observe.on_error, ObserveParams::OnError::MarkDown);
  EXPECT_EQ(server.observe.error_limit, 3);
  EXPECT_EQ(server.agent.port, 5);
  EXPECT_EQ(server.agent.send, "hi\n");
  EXPECT_EQ(server.agent.inter, std::chrono::seconds(7));
  EXPECT_EQ(config.proxies[1].servers[1].track->server, "s");
  EXPECT_EQ(config.proxies[1].servers[2].track->backend, "a");
}

}  // namespace
}  // namespace wslb::config

#include "proxy/lb/server_health.h"

#include <string>

#include <gtest/gtest.h>

#include "proxy/lb/agent_reply.h"
#include "proxy/lb/check_result.h"

namespace wslb::proxy::lb {
namespace {

using config::CheckStatus;
using config::ObserveParams;

class ServerHealthTest : public testing::Test {
 protected:
  ServerHealthTest() {
    server_.check.enabled = true;
    server_.check.rise = 1;
    server_.check.fall = 2;
  }

  // 'U', 'S', 'D' for the state that follows, '.' for none.
  static char letter(const ServerHealth::News& news) {
    if (!news.state) return '.';
    return *news.state == Operation::Running ? 'U' : *news.state == Operation::Stopping ? 'S' : 'D';
  }

  config::Server server_;
};

TEST_F(ServerHealthTest, ChecksAloneDecide) {
  ServerHealth health(server_);
  EXPECT_EQ(letter(health.on_check(CheckStatus::L7Ok)), 'U');
  EXPECT_EQ(letter(health.on_check(CheckStatus::L4Connection)), '.');
  EXPECT_EQ(letter(health.on_check(CheckStatus::L7Timeout)), 'D');
  EXPECT_EQ(letter(health.on_check(CheckStatus::L7OkConditionally)), 'S');
}

TEST_F(ServerHealthTest, CheckAndAgentHaveToBeContent) {
  server_.agent.enabled = true;
  ServerHealth health(server_);
  EXPECT_EQ(letter(health.on_agent(CheckStatus::L7Status, Operation::Running)), 'D');
  EXPECT_EQ(letter(health.on_check(CheckStatus::L7Ok)), '.');
  EXPECT_EQ(letter(health.on_agent(CheckStatus::L7Ok, Operation::Stopped)), 'U');
  EXPECT_EQ(letter(health.on_check(CheckStatus::L4Timeout)), '.');
  EXPECT_EQ(letter(health.on_check(CheckStatus::L4Timeout)), 'D');
  EXPECT_EQ(letter(health.on_agent(CheckStatus::L7Ok, Operation::Stopped)), '.');
}

TEST_F(ServerHealthTest, AnAgentThatIsAwayOrSilentSaysNothing) {
  server_.agent.enabled = true;
  ServerHealth health(server_);
  EXPECT_EQ(letter(health.on_agent(CheckStatus::L4Connection, Operation::Running)), '.');
  EXPECT_EQ(letter(health.on_agent(CheckStatus::Checked, Operation::Running)), '.');
  EXPECT_EQ(letter(health.on_agent(CheckStatus::L7Ok, Operation::Stopping)), '.');
}

TEST_F(ServerHealthTest, ErrorsInARowAlarm) {
  server_.observe.mode = ObserveParams::Mode::Layer7;
  server_.observe.error_limit = 3;
  ServerHealth health(server_);
  EXPECT_FALSE(health.on_traffic(Observation::WrongStatus));
  EXPECT_FALSE(health.on_traffic(Observation::Connected));
  EXPECT_FALSE(health.on_traffic(Observation::GoodResponse));  // forgives
  EXPECT_FALSE(health.on_traffic(Observation::WrongStatus));
  EXPECT_FALSE(health.on_traffic(Observation::ConnectFailed));
  const auto alarm = health.on_traffic(Observation::ReadTimeout);
  ASSERT_TRUE(alarm);
  EXPECT_EQ(alarm->text, "Detected 3 consecutive errors, last one was: Read timeout (http)");
}

TEST_F(ServerHealthTest, OnErrorSaysHowMuchAnAlarmCosts) {
  server_.observe.mode = ObserveParams::Mode::Layer4;
  server_.observe.error_limit = 1;
  server_.check.fall = 5;
  const auto after_alarm = [this](ObserveParams::OnError on_error) {
    server_.observe.on_error = on_error;
    ServerHealth health(server_);
    (void)health.on_check(CheckStatus::L4Ok);
    const auto alarm = health.on_traffic(Observation::ConnectFailed);
    if (!alarm->fails) return std::string("nothing");
    (void)health.on_check(CheckStatus::Observed);
    return health.check_score(false);
  };
  EXPECT_EQ(after_alarm(ObserveParams::OnError::FastInter), "nothing");
  EXPECT_EQ(after_alarm(ObserveParams::OnError::FailCheck), "4/5 UP");
  EXPECT_EQ(after_alarm(ObserveParams::OnError::SuddenDeath), "1/5 UP");
  EXPECT_EQ(after_alarm(ObserveParams::OnError::MarkDown), "0/1 DOWN");
}

TEST(ObservationTest, SomeStatusesAreTheServersFault) {
  EXPECT_EQ(observed_status(101), Observation::GoodResponse);
  EXPECT_EQ(observed_status(499), Observation::GoodResponse);
  EXPECT_EQ(observed_status(501), Observation::GoodResponse);
  EXPECT_EQ(observed_status(503), Observation::WrongStatus);
}

TEST(AgentReplyTest, WordsInAnyOrder) {
  const AgentReply reply = parse_agent_reply("75%,\tready UP maxconn:30 sideways # all is well ");
  EXPECT_EQ(reply.health, "UP");
  EXPECT_EQ(reply.status(), CheckStatus::L7Ok);
  EXPECT_EQ(reply.admin, Admin::Ready);
  EXPECT_EQ(reply.weight, "75%");
  EXPECT_EQ(reply.maxconn, "30");
  EXPECT_EQ(reply.unknown, "sideways");
  EXPECT_EQ(reply.description, "all is well ");
}

TEST(AgentReplyTest, TheLastOfAKindCounts) {
  const AgentReply reply = parse_agent_reply("up maint drain fail #disk");
  EXPECT_EQ(reply.admin, Admin::Drain);
  EXPECT_EQ(reply.status(), CheckStatus::L7Status);
  EXPECT_EQ(reply.info(""), "via agent : fail (disk)");
}

TEST(AgentReplyTest, WithoutHealthItOnlyComplains) {
  EXPECT_EQ(parse_agent_reply("50%").status(), CheckStatus::Checked);
  EXPECT_EQ(parse_agent_reply("50%").info(""), "");
  EXPECT_EQ(parse_agent_reply("odd").info(""), "agent reports an error : odd");
  EXPECT_EQ(parse_agent_reply("5%").info("no"), "agent warns : no");
  EXPECT_EQ(parse_agent_reply("up").info("no"), "via agent : up (no)");
}

TEST(AgentReplyTest, WeightsAreSharesOfTheConfiguredOne) {
  EXPECT_EQ(parse_agent_weight("75%", 100), 75);
  EXPECT_EQ(parse_agent_weight("300%", 100), 256);
  EXPECT_EQ(parse_agent_weight("99999999999%", 1), 256);
  EXPECT_EQ(parse_agent_weight("75%x", 100), std::nullopt);
  EXPECT_EQ(parse_agent_weight("%", 100), std::nullopt);
  EXPECT_EQ(parse_agent_weight("", 100), std::nullopt);
}

TEST(CheckResultTest, EndsALogLineAsHaproxyDoes) {
  CheckResult result{CheckStatus::L7Status, 503, "So \"rry\"\n", std::chrono::milliseconds(7)};
  EXPECT_EQ(result.to_text(),
            ", reason: Layer7 wrong status, code: 503, info: \"So <22>rry<22><0A>\", "
            "check duration: 7ms");
  EXPECT_EQ((CheckResult{CheckStatus::L4Timeout, 0, "", std::nullopt}).to_text(),
            ", reason: Layer4 timeout");
}

TEST_F(ServerHealthTest, GoesOnUnderAnotherConfiguration) {
  ServerHealth before(server_);
  (void)before.on_check(CheckStatus::L7Ok);
  (void)before.on_check(CheckStatus::L4Connection);
  const config::Server same = server_;
  ServerHealth after(same);
  after.go_on(before);
  EXPECT_EQ(after.check_score(false), "1/2 UP");
  EXPECT_EQ(letter(after.on_check(CheckStatus::L4Connection)), 'D');
}

TEST_F(ServerHealthTest, OtherParametersKeepTheVerdict) {
  ServerHealth before(server_);
  (void)before.on_check(CheckStatus::L4Connection);
  config::Server other = server_;
  other.check.rise = 3;
  other.check.fall = 5;
  ServerHealth after(other);
  after.go_on(before);
  EXPECT_EQ(after.check_score(false), "0/3 DOWN");
  other.check.enabled = false;
  ServerHealth unchecked(other);
  unchecked.go_on(after);
  EXPECT_EQ(unchecked.check_score(false), "1/5 UP");
}

}  // namespace
}  // namespace wslb::proxy::lb

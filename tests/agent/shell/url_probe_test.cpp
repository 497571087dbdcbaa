#include "agent/url_probe.h"

#include <gtest/gtest.h>

#include "agent/status_line.h"
#include "tests/agent/shell/event_loop.h"
#include "tests/agent/shell/web_server.h"

namespace wslb::agent {
namespace {

class UrlProbeTest : public testing::Test {
 protected:
  void start(config::UrlCheck check) {
    probe_ = std::make_unique<UrlProbe>(
        io_, std::move(check),
        UrlProbe::Handlers{
            .on_change = [this](bool up,
                                const std::string& reason) { told_.push_back(up ? "up" : reason); },
            .on_result = [this] { ++results_; }});
    probe_->start();
  }

  bool told(const std::string& what) {
    return run_until(io_, [&] { return !told_.empty() && told_.back() == what; });
  }

  boost::asio::io_context io_;
  WebServer server_{io_};
  std::string url_ = server_.check().url;
  std::vector<std::string> told_;
  int results_ = 0;
  std::unique_ptr<UrlProbe> probe_;
};

TEST_F(UrlProbeTest, AsksAsAClientThatClosesAndTellsAChangeOnce) {
  start(server_.check());
  ASSERT_TRUE(run_until(io_, [&] { return results_ == 3; }));
  EXPECT_EQ(told_, std::vector<std::string>{"up"});
  EXPECT_EQ(server_.requests.at(0), "GET /up HTTP/1.1\r\nHost: " + server_.check().host +
                                        "\r\nUser-Agent: wslb-agent\r\nConnection: close\r\n\r\n");
}

TEST_F(UrlProbeTest, CountsFailuresAndSuccessesInARow) {
  config::UrlCheck check = server_.check();
  check.fall = 3;
  check.rise = 2;
  server_.answer = "HTTP/1.1 503 Service Unavailable\r\n\r\n";
  start(check);
  EXPECT_TRUE(told(url_ + " has answered 503 3 times"));
  EXPECT_EQ(results_, 3);
  server_.answer = "HTTP/1.0 302 Found\r\n\r\n";
  EXPECT_TRUE(told("up"));
  EXPECT_EQ(results_, 5);
}

TEST_F(UrlProbeTest, SilenceRefusalAndGarbageAreFailures) {
  server_.answer.reset();
  start(server_.check());
  EXPECT_TRUE(told(url_ + " has not answered 2 times"));
  server_.answer = "HTTP/1.1 200 OK\r\n\r\n";
  EXPECT_TRUE(told("up"));
  server_.answer = "SSH-2.0-OpenSSH_9.2\r\n";
  EXPECT_TRUE(told(url_ + " has answered something that is not HTTP 2 times"));
  server_.answer = "HTTP/1.1 200 OK\r\n\r\n";
  EXPECT_TRUE(told("up"));
  server_.close();
  EXPECT_TRUE(told(url_ + " has not answered 2 times"));
}

TEST_F(UrlProbeTest, OneFailureIsEnoughInDoubtUntilThereIsNone) {
  config::UrlCheck check = server_.check();
  check.fall = 100;
  start(check);
  ASSERT_TRUE(told("up"));
  server_.close();
  probe_->doubt();
  EXPECT_TRUE(told(url_ + " has not answered"));
  server_.open_again();
  ASSERT_TRUE(told("up"));
  server_.close();
  probe_->doubt();
  probe_->believe();
  const int before = results_;
  ASSERT_TRUE(run_until(io_, [&] { return results_ > before + 2; }));
  EXPECT_EQ(told_.back(), "up");
}

TEST(StatusLine, TakesHttp1AndNothingElse) {
  EXPECT_EQ(parse_status("HTTP/1.1 200 OK\r\n"), 200);
  EXPECT_EQ(parse_status("HTTP/1.0 503\r\n"), 503);
  EXPECT_EQ(parse_status("HTTP/1.1 200"), std::nullopt);
  EXPECT_EQ(parse_status("HTTP/2.0 200 "), std::nullopt);
  EXPECT_EQ(parse_status("HTTP/1.1 2000 "), std::nullopt);
  EXPECT_EQ(parse_status("HTTP/1.1 099 X"), std::nullopt);
  EXPECT_EQ(parse_status("HTTP/1.x 200 X"), std::nullopt);
  EXPECT_EQ(parse_status("HTTP/1.1  200 X"), std::nullopt);
}

}  // namespace
}  // namespace wslb::agent

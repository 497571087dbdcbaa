#include "proxy/health_check.h"

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/check_script.h"
#include "proxy/lb/server_health.h"

namespace wslb::proxy {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;
using testing::HasSubstr;

// Accepts, notes the request and the peer, answers (nothing where the answer is empty), and
// keeps the connection until the checker ends it.
class LoopbackServer {
 public:
  LoopbackServer(asio::io_context& context, std::string first_answer)
      : answer(std::move(first_answer)),
        acceptor_(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    accept();
  }

  [[nodiscard]] base::Endpoint endpoint() const {
    return {*base::IpAddress::parse("127.0.0.1"), acceptor_.local_endpoint().port()};
  }
  void close() { acceptor_.close(); }

  std::string answer;
  std::string answer_in_pieces_of_one;  // sent byte by byte instead of `answer`
  std::string request;
  std::string peer;
  int accepted = 0;

 private:
  struct Connection {
    explicit Connection(tcp::socket accepted_socket) : socket(std::move(accepted_socket)) {}
    tcp::socket socket;
    std::array<char, 1000> buffer{};
  };

  void accept() {
    acceptor_.async_accept([this](boost::system::error_code error, tcp::socket socket) {
      if (error) return;
      ++accepted;
      peer = socket.remote_endpoint().address().to_string();
      serve(std::make_shared<Connection>(std::move(socket)));
      accept();
    });
  }

  void serve(const std::shared_ptr<Connection>& connection) {
    connection->socket.async_read_some(
        asio::buffer(connection->buffer),
        [this, connection](boost::system::error_code error, std::size_t count) {
          if (error) return;
          request.assign(connection->buffer.data(), count);
          if (!answer.empty()) asio::write(connection->socket, asio::buffer(answer));
          connection->socket.set_option(tcp::no_delay(true));
          for (const char byte : answer_in_pieces_of_one) {
            asio::write(connection->socket, asio::buffer(&byte, 1));
          }
          serve(connection);
        });
  }

  tcp::acceptor acceptor_;
};

class HealthCheckTest : public testing::Test {
 protected:
  HealthCheckTest() {
    config::Server server;
    server.name = "a";
    server.check.enabled = true;
    server.check.inter = 1s;
    server.check.fastinter = 10ms;
    server.check.downinter = 10ms;
    server.check.rise = 2;
    server.check.fall = 2;
    section_.servers.push_back(server);
  }

  void check_with_http() {
    config::CheckScript script;
    script.set_request({});
    section_.check = script.finish(config::HealthCheck::Protocol::Http);
  }
  config::CheckRequest& request() {
    return *std::get<config::CheckSend>(section_.check.steps.at(1).action).request;
  }
  config::CheckExpect& expectation() {
    return std::get<config::CheckExpect>(section_.check.steps.at(2).action);
  }
  config::Server& server() { return section_.servers.front(); }

  // Runs checks until `count` results are there; at most 5 s.
  void run_checks(std::size_t count) {
    lb::ServerHealth health(server());
    HealthChecker checker(context_.get_executor(), section_, 0, [&](const lb::CheckResult& result) {
      const auto state = health.on_check(result.status).state;
      reports_.push_back({result.to_text(), state.has_value() && *state != state_});
      state_ = state.value_or(state_);
      if (on_report_) on_report_();
      if (reports_.size() >= count) context_.stop();
      return health.next_check();
    });
    checker.start(0s);
    context_.restart();
    context_.run_for(5s);
    ASSERT_GE(reports_.size(), count);
  }

  // Without what differs from run to run.
  struct Report {
    std::string text;
    bool changed = false;  // the server's state
    [[nodiscard]] std::string reason() const { return text.substr(0, text.find(", check dur")); }
  };

  Report first_report() {
    run_checks(1);
    return reports_.empty() ? Report{} : reports_.front();
  }

  asio::io_context context_;
  config::ProxySection section_;
  std::vector<Report> reports_;
  lb::Operation state_ = lb::Operation::Running;
  std::function<void()> on_report_;
};

TEST_F(HealthCheckTest, ConnectingIsEnoughWithoutHttp) {
  LoopbackServer web(context_, "");
  server().address = web.endpoint();
  const Report report = first_report();
  EXPECT_EQ(report.reason(), ", reason: Layer4 check passed");
  EXPECT_FALSE(report.changed);
}

TEST_F(HealthCheckTest, ARefusedConnectionTakesTheServerDownAtTheFirstCheck) {
  LoopbackServer web(context_, "");
  server().address = web.endpoint();
  web.close();
  const Report report = first_report();
  EXPECT_EQ(report.reason(), ", reason: Layer4 connection problem, info: \"Connection refused\"");
  EXPECT_TRUE(report.changed);
}

TEST_F(HealthCheckTest, FallsAndRisesAsTheServersAnswersChange) {
  LoopbackServer web(context_, "HTTP/1.0 503 Sorry\r\n\r\n");
  check_with_http();
  server().address = web.endpoint();
  on_report_ = [&] {
    if (reports_.size() == 1) web.answer = "HTTP/1.0 200 OK\r\n\r\n";
  };
  run_checks(3);
  EXPECT_TRUE(reports_[0].changed);
  EXPECT_FALSE(reports_[1].changed);
  EXPECT_TRUE(reports_[2].changed);
}

TEST_F(HealthCheckTest, SendsTheRequestHaproxySends) {
  LoopbackServer web(context_, "HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n");
  check_with_http();
  server().address = web.endpoint();
  EXPECT_EQ(first_report().reason(), ", reason: Layer7 check passed, code: 302");
  EXPECT_EQ(web.request, "OPTIONS / HTTP/1.0\r\n\r\n");
}

TEST_F(HealthCheckTest, AnHttp11RequestHasAHost) {
  LoopbackServer web(context_, "HTTP/1.1 200 OK\r\n\r\n");
  check_with_http();
  server().address = web.endpoint();
  request().method = "GET";
  request().uri = "/status?haproxy=1";
  request().version = "HTTP/1.1";
  request().headers = {{"Host", "ws.example"}};
  EXPECT_THAT(first_report().text, HasSubstr("passed"));
  EXPECT_EQ(web.request,
            "GET /status?haproxy=1 HTTP/1.1\r\nHost: ws.example\r\nConnection: close\r\n\r\n");
  request().headers.clear();
  run_checks(2);
  EXPECT_THAT(web.request, HasSubstr("\r\nHost: " + web.endpoint().to_string() + "\r\n"));
}

TEST_F(HealthCheckTest, AnotherStatusThanExpectedFails) {
  LoopbackServer web(context_, "HTTP/1.1 503 Sorry\r\nX: y\r\n\r\n");
  check_with_http();
  server().address = web.endpoint();
  EXPECT_EQ(first_report().reason(), ", reason: Layer7 wrong status, code: 503, info: \"Sorry\"");
}

TEST_F(HealthCheckTest, ReadsAnAnswerInAnyPiecesAndSkipsInterimOnes) {
  LoopbackServer web(context_, "");
  web.answer_in_pieces_of_one = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\n";
  check_with_http();
  server().address = web.endpoint();
  EXPECT_EQ(first_report().reason(), ", reason: Layer7 check passed, code: 200");
}

TEST_F(HealthCheckTest, AMalformedAnswerFails) {
  LoopbackServer web(context_, "SSH-2.0-OpenSSH_9.2\r\n\r\n");
  check_with_http();
  server().address = web.endpoint();
  EXPECT_EQ(first_report().reason(), ", reason: Layer7 invalid response");
}

TEST_F(HealthCheckTest, ASilentServerTimesOutAfterInter) {
  LoopbackServer web(context_, "");
  check_with_http();
  server().address = web.endpoint();
  server().check.inter = 300ms;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(first_report().reason(), ", reason: Layer7 timeout");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 300ms);
}

TEST_F(HealthCheckTest, TimeoutCheckLimitsTheAnswer) {
  LoopbackServer web(context_, "");
  check_with_http();
  server().address = web.endpoint();
  server().check.inter = 20s;
  section_.timeouts.check = 50ms;
  section_.timeouts.connect = 10s;
  EXPECT_EQ(first_report().reason(), ", reason: Layer7 timeout");
}

TEST_F(HealthCheckTest, ConnectingIsLimitedByTimeoutConnect) {
  // A listener whose backlog is full drops further SYNs.
  tcp::acceptor full(context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  full.listen(0);
  std::vector<tcp::socket> waiting;
  for (int i = 0; i < 3; ++i) {
    waiting.emplace_back(context_, tcp::v4());
    waiting.back().async_connect(full.local_endpoint(), [](boost::system::error_code) {});
  }
  server().address = {*base::IpAddress::parse("127.0.0.1"), full.local_endpoint().port()};
  server().check.inter = 20s;
  section_.timeouts.check = 10s;
  section_.timeouts.connect = 60ms;
  EXPECT_EQ(first_report().reason(), ", reason: Layer4 timeout");
}

TEST_F(HealthCheckTest, AScriptMayOpenSeveralConnections) {
  LoopbackServer one(context_, "+OK\r\n");
  LoopbackServer two(context_, "HELLO\r\n");
  server().address = one.endpoint();
  const auto expect = [](std::string text) {
    config::CheckExpect wanted;
    wanted.what = config::CheckExpect::What::Text;
    wanted.text = std::move(text);
    return wanted;
  };
  config::CheckConnect second;
  second.port = two.endpoint().port;
  config::CheckScript script;
  (void)script.add_tcp({config::CheckConnect{}, {}, 0});
  (void)script.add_tcp({config::CheckSend{"PING\r\n", std::nullopt}, {}, 0});
  (void)script.add_tcp({expect("+OK"), {}, 0});
  (void)script.add_tcp({second, {}, 0});
  (void)script.add_tcp({config::CheckSend{"HI\r\n", std::nullopt}, {}, 0});
  (void)script.add_tcp({expect("HELLO"), {}, 0});
  section_.check = script.finish(config::HealthCheck::Protocol::Tcp);
  EXPECT_EQ(first_report().reason(),
            ", reason: Layer7 check passed, code: 0, info: \"(tcp-check)\"");
  EXPECT_EQ(one.request, "PING\r\n");
  EXPECT_EQ(two.request, "HI\r\n");
}

TEST_F(HealthCheckTest, ChecksFromTheSourceAddress) {
  LoopbackServer web(context_, "HTTP/1.0 200 OK\r\n\r\n");
  check_with_http();
  server().address = web.endpoint();
  server().sources = {base::Endpoint{*base::IpAddress::parse("127.0.0.7"), 0}};
  EXPECT_THAT(first_report().text, HasSubstr("passed"));
  EXPECT_EQ(web.peer, "127.0.0.7");
}

TEST_F(HealthCheckTest, NothingIsReportedAfterStop) {
  LoopbackServer web(context_, "");
  check_with_http();
  server().address = web.endpoint();
  bool reported = false;
  auto checker = std::make_unique<HealthChecker>(context_.get_executor(), section_, 0,
                                                 [&](const lb::CheckResult&) {
                                                   reported = true;
                                                   return base::Duration(0);
                                                 });
  checker->start(0s);
  while (web.request.empty()) context_.run_one_for(1s);
  checker.reset();  // in the midst of a check
  web.close();
  context_.run_for(3s);  // returns early, since no work is left
  EXPECT_FALSE(reported);
  EXPECT_TRUE(context_.stopped());
}

TEST_F(HealthCheckTest, MayBeDestroyedByItsOwnCallback) {
  LoopbackServer web(context_, "");
  server().address = web.endpoint();
  int reports = 0;
  std::unique_ptr<HealthChecker> checker;
  checker = std::make_unique<HealthChecker>(context_.get_executor(), section_, 0,
                                            [&](const lb::CheckResult&) {
                                              ++reports;
                                              checker.reset();
                                              web.close();
                                              return base::Duration(0);
                                            });
  checker->start(0s);
  context_.run_for(5s);
  EXPECT_EQ(reports, 1);
  EXPECT_TRUE(context_.stopped());
}

TEST(HealthCheckSpread, FirstChecksAreSpreadOverTheShortestInterval) {
  config::ProxySection section;
  for (int i = 0; i < 4; ++i) {
    config::Server server;
    server.check.enabled = i != 1;
    server.check.inter = i == 3 ? 3s : 6s;
    section.servers.push_back(server);
  }
  EXPECT_EQ(HealthChecker::first_delay(section, 0), 0s);
  EXPECT_EQ(HealthChecker::first_delay(section, 2), 1s);
  EXPECT_EQ(HealthChecker::first_delay(section, 3), 2s);
}

}  // namespace
}  // namespace wslb::proxy

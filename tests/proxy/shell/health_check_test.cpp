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

namespace wslb::proxy {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;
using testing::HasSubstr;
using testing::StartsWith;

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

  void check_with_http() { section_.http_check = config::HttpCheck{}; }
  config::Server& server() { return section_.servers.front(); }

  // Runs checks until `count` results are there; at most 5 s.
  void run_checks(std::size_t count) {
    HealthChecker checker(context_.get_executor(), section_, 0, [&](const CheckReport& report) {
      reports_.push_back(report);
      if (on_report_) on_report_();
      if (reports_.size() >= count) context_.stop();
    });
    checker.start();
    context_.restart();
    context_.run_for(5s);
    ASSERT_GE(reports_.size(), count);
  }

  CheckReport first_report() {
    run_checks(1);
    return reports_.empty() ? CheckReport{} : reports_.front();
  }

  asio::io_context context_;
  config::ProxySection section_;
  std::vector<CheckReport> reports_;
  std::function<void()> on_report_;
};

TEST_F(HealthCheckTest, ConnectingIsEnoughWithoutHttp) {
  LoopbackServer web(context_, "");
  server().address = web.endpoint();
  const CheckReport report = first_report();
  EXPECT_TRUE(report.ok);
  EXPECT_EQ(report.reason, "connected");
  EXPECT_EQ(report.transition, std::nullopt);
}

TEST_F(HealthCheckTest, ARefusedConnectionTakesTheServerDownAtTheFirstCheck) {
  LoopbackServer web(context_, "");
  server().address = web.endpoint();
  web.close();
  const CheckReport report = first_report();
  EXPECT_FALSE(report.ok);
  EXPECT_EQ(report.reason, "connect: Connection refused");
  EXPECT_EQ(report.transition, lb::Transition::Down);
}

TEST_F(HealthCheckTest, FallsAndRisesAsTheServersAnswersChange) {
  LoopbackServer web(context_, "HTTP/1.0 503 Sorry\r\n\r\n");
  check_with_http();
  server().address = web.endpoint();
  on_report_ = [&] {
    if (reports_.size() == 1) web.answer = "HTTP/1.0 200 OK\r\n\r\n";
  };
  run_checks(3);
  EXPECT_EQ(reports_[0].transition, lb::Transition::Down);
  EXPECT_EQ(reports_[1].transition, std::nullopt);
  EXPECT_EQ(reports_[2].transition, lb::Transition::Up);
}

TEST_F(HealthCheckTest, SendsTheRequestHaproxySends) {
  LoopbackServer web(context_, "HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n");
  check_with_http();
  server().address = web.endpoint();
  const CheckReport report = first_report();
  EXPECT_TRUE(report.ok);
  EXPECT_EQ(report.reason, "status 302");
  EXPECT_EQ(web.request, "OPTIONS / HTTP/1.0\r\n\r\n");
}

TEST_F(HealthCheckTest, AnHttp11RequestHasAHost) {
  LoopbackServer web(context_, "HTTP/1.1 200 OK\r\n\r\n");
  check_with_http();
  server().address = web.endpoint();
  section_.http_check->method = "GET";
  section_.http_check->uri = "/status?haproxy=1";
  section_.http_check->version = "HTTP/1.1";
  section_.http_check->host = "ws.example";
  EXPECT_TRUE(first_report().ok);
  EXPECT_EQ(web.request,
            "GET /status?haproxy=1 HTTP/1.1\r\nHost: ws.example\r\nConnection: close\r\n\r\n");
  section_.http_check->host.clear();
  run_checks(2);
  EXPECT_THAT(web.request, HasSubstr("\r\nHost: " + web.endpoint().to_string() + "\r\n"));
}

TEST_F(HealthCheckTest, AnotherStatusThanExpectedFails) {
  LoopbackServer web(context_, "HTTP/1.1 503 Sorry\r\nX: y\r\n\r\n");
  check_with_http();
  server().address = web.endpoint();
  EXPECT_EQ(first_report().reason, "status 503, expected 200-399");
  EXPECT_FALSE(reports_.front().ok);
}

TEST_F(HealthCheckTest, ExpectsRangesAndTheirOpposite) {
  LoopbackServer web(context_, "HTTP/1.1 204 No\r\n\r\n");
  check_with_http();
  server().address = web.endpoint();
  section_.http_check->expected = {{200, 200}, {300, 302}};
  EXPECT_EQ(first_report().reason, "status 204, expected 200,300-302");
  section_.http_check->expectation_negated = true;
  run_checks(2);
  EXPECT_TRUE(reports_.back().ok);
}

TEST_F(HealthCheckTest, ReadsAnAnswerInAnyPiecesAndSkipsInterimOnes) {
  LoopbackServer web(context_, "");
  web.answer_in_pieces_of_one = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\n";
  check_with_http();
  server().address = web.endpoint();
  EXPECT_EQ(first_report().reason, "status 200");
}

TEST_F(HealthCheckTest, AMalformedAnswerFails) {
  LoopbackServer web(context_, "SSH-2.0-OpenSSH_9.2\r\n\r\n");
  check_with_http();
  server().address = web.endpoint();
  EXPECT_THAT(first_report().reason, StartsWith("malformed response"));
  EXPECT_FALSE(reports_.front().ok);
}

TEST_F(HealthCheckTest, ASilentServerTimesOutAfterInter) {
  LoopbackServer web(context_, "");
  check_with_http();
  server().address = web.endpoint();
  server().check.inter = 300ms;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(first_report().reason, "response: timed out");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 300ms);
}

TEST_F(HealthCheckTest, TimeoutCheckLimitsTheAnswer) {
  LoopbackServer web(context_, "");
  check_with_http();
  server().address = web.endpoint();
  server().check.inter = 20s;
  section_.timeouts.check = 50ms;
  section_.timeouts.connect = 10s;
  EXPECT_EQ(first_report().reason, "response: timed out");
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
  EXPECT_EQ(first_report().reason, "connect: timed out");
}

TEST_F(HealthCheckTest, ChecksFromTheSourceAddress) {
  LoopbackServer web(context_, "HTTP/1.0 200 OK\r\n\r\n");
  check_with_http();
  server().address = web.endpoint();
  server().sources = {base::Endpoint{*base::IpAddress::parse("127.0.0.7"), 0}};
  EXPECT_TRUE(first_report().ok);
  EXPECT_EQ(web.peer, "127.0.0.7");
}

TEST_F(HealthCheckTest, NothingIsReportedAfterStop) {
  LoopbackServer web(context_, "");
  check_with_http();
  server().address = web.endpoint();
  bool reported = false;
  auto checker = std::make_unique<HealthChecker>(context_.get_executor(), section_, 0,
                                                 [&](const CheckReport&) { reported = true; });
  checker->start();
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
                                            [&](const CheckReport&) {
                                              ++reports;
                                              checker.reset();
                                              web.close();
                                            });
  checker->start();
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

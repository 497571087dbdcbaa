#include "proxy/health_check.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "proxy/connection.h"
#include "proxy/http/response.h"
#include "proxy/server_preamble.h"
#include "proxy/stream.h"

namespace wslb::proxy {

namespace asio = boost::asio;
using asio::ip::tcp;
using base::Duration;
using base::TimePoint;

namespace {

TimePoint now() {
  return std::chrono::steady_clock::now();
}

std::string request_of(const config::HttpCheck& check, const base::Endpoint& server) {
  std::string request = check.method + " " + check.uri + " " + check.version + "\r\n";
  const bool is_http11 = check.version == "HTTP/1.1";
  // RFC 9112, section 3.2: without Host an HTTP/1.1 server has to answer 400.
  const std::string host = check.host.empty() && is_http11 ? server.to_string() : check.host;
  if (!host.empty()) request += "Host: " + host + "\r\n";
  for (const auto& [name, value] : check.headers) request += name + ": " + value + "\r\n";
  if (!check.body.empty()) {
    request += "Content-Length: " + std::to_string(check.body.size()) + "\r\n";
  }
  if (is_http11) request += "Connection: close\r\n";
  return request + "\r\n" + check.body;
}

bool is_expected(const config::HttpCheck& check, int status) {
  const bool listed = std::any_of(
      check.expected.begin(), check.expected.end(),
      [status](const auto& range) { return range.first <= status && status <= range.last; });
  return listed != check.expectation_negated;
}

CheckReport judge(const config::HttpCheck& check, int status) {
  CheckReport report;
  report.reason = "status " + std::to_string(status);
  report.ok = is_expected(check, status);
  if (report.ok) return report;
  report.reason += check.expectation_negated ? ", expected any but " : ", expected ";
  std::string_view separator;
  for (const auto& [first, last] : check.expected) {
    report.reason.append(separator).append(std::to_string(first));
    if (last != first) report.reason += "-" + std::to_string(last);
    separator = ",";
  }
  return report;
}

CheckReport failure(std::string_view phase, const IoResult& result) {
  CheckReport report;
  report.reason.append(phase).append(": ");
  if (result.status == IoStatus::Timeout) report.reason += "timed out";
  if (result.status == IoStatus::Eof) report.reason += "connection closed before a whole response";
  if (result.status == IoStatus::Error) report.reason += std::strerror(result.error);
  return report;
}

// The bytes of an answer, until they tell the check's result.
class Answer {
 public:
  explicit Answer(const config::HttpCheck& check) : check_(check) {}

  std::optional<CheckReport> add(std::string_view bytes) {
    received_ += bytes;
    while (parser_.parse(received_) == http::ParseStatus::Complete) {
      const std::size_t head_bytes = parser_.head_bytes();
      const http::ResponseHead head = parser_.take_head();
      if (!head.is_interim()) return judge(check_, head.status);
      received_.erase(0, head_bytes);
      parser_.reset();
    }
    const http::Rejection& rejection = parser_.rejection();
    if (!rejection) return std::nullopt;
    CheckReport report;
    report.reason.append("malformed response: ").append(rejection.reason);
    return report;
  }

 private:
  const config::HttpCheck& check_;
  http::ResponseParser parser_;
  std::string received_;
};

// Unset and 0 are the same.
std::optional<Duration> limit(const std::optional<Duration>& timeout) {
  return timeout && timeout->count() > 0 ? timeout : std::nullopt;
}

}  // namespace

class HealthChecker::Run : public std::enable_shared_from_this<Run> {
 public:
  Run(asio::any_io_executor executor, const config::ProxySection& section, std::size_t server,
      Callback callback, const TlsStore* tls)
      : server_(section.servers.at(server)),
        timeouts_(section.timeouts),
        http_(section.http_check),
        first_delay_(HealthChecker::first_delay(section, server)),
        callback_(std::move(callback)),
        tls_(tls),
        health_(server_.check),
        timer_(std::move(executor)) {}

  void start() {
    const auto keep_alive = [self = shared_from_this()]() -> asio::awaitable<void> {
      co_await self->check_for_ever();
    };
    asio::co_spawn(timer_.get_executor(), keep_alive, asio::detached);
  }

  void stop() {
    stopped_ = true;
    timer_.cancel();
    if (stream_ != nullptr) stream_->cancel();
  }

 private:
  asio::awaitable<void> check_for_ever() {
    co_await pause(first_delay_);
    while (!stopped_) {
      CheckReport report = co_await check();
      if (stopped_) co_return;
      report.transition = health_.on_result(report.ok);
      callback_(report);
      co_await pause(health_.next_delay());
    }
  }

  asio::awaitable<void> pause(Duration duration) {
    if (stopped_) co_return;
    timer_.expires_after(duration);
    co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
  }

  asio::awaitable<CheckReport> check() {
    auto socket = open_socket(timer_.get_executor(), address_of(server_), server_);
    if (!socket) co_return failure("socket", IoResult{IoStatus::Error, 0, errno});
    Stream stream(std::move(*socket));
    stream.reset_on_close();
    stream_ = &stream;
    CheckReport report = co_await check(stream);
    stream_ = nullptr;
    co_return report;
  }

  asio::awaitable<CheckReport> check(Stream& stream) {
    const TimePoint begin = now();
    const auto answer_limit = limit(timeouts_.check);
    Duration connect_limit = server_.check.inter;
    if (answer_limit) {
      connect_limit = std::min(connect_limit, limit(timeouts_.connect).value_or(connect_limit));
    }
    const base::Endpoint* source = server_.sources.empty() ? nullptr : &server_.sources.front();
    const IoResult connected =
        co_await stream.connect(address_of(server_), source, begin + connect_limit);
    if (!connected.ok()) co_return failure("connect", connected);
    const ServerPreamble introduction = preamble(stream);
    const IoResult introduced = co_await send_preamble(stream, introduction, begin + connect_limit);
    if (!introduced.ok()) co_return failure("handshake", introduced);
    if (!http_) co_return CheckReport{true, "connected", std::nullopt};
    const TimePoint deadline = answer_limit ? now() + *answer_limit : begin + server_.check.inter;
    const IoResult sent = co_await stream.write_all(request_of(*http_, server_.address), deadline);
    if (!sent.ok()) co_return failure("send", sent);
    co_return co_await read_answer(stream, deadline);
  }

  ServerPreamble preamble(Stream& stream) const {
    ServerPreamble preamble;
    preamble.send_proxy = server_.send_proxy;
    if (preamble.send_proxy == config::SendProxy::None && server_.check_send_proxy) {
      preamble.send_proxy = config::SendProxy::V1;
    }
    // HAProxy's version 1 has no word for "for myself", so it names the check's own connection.
    if (preamble.send_proxy == config::SendProxy::V1 && server_.unix_path.empty()) {
      preamble.addresses = {stream.local_endpoint(), server_.address};
    }
    if (server_.tls.for_checks.value_or(server_.tls.enabled) && tls_ != nullptr) {
      preamble.tls = tls_->find(server_);
      preamble.sni = server_.tls.check_sni;
    }
    return preamble;
  }

  asio::awaitable<CheckReport> read_answer(Stream& stream, TimePoint deadline) {
    Answer answer(*http_);
    std::vector<char> chunk(2048);
    for (;;) {
      const IoResult read = co_await stream.read(chunk, deadline);
      if (!read.ok()) co_return failure("response", read);
      if (auto report = answer.add({chunk.data(), read.bytes})) co_return *report;
    }
  }

  const config::Server server_;
  const config::Timeouts timeouts_;
  const std::optional<config::HttpCheck> http_;
  const Duration first_delay_;
  const Callback callback_;
  const TlsStore* const tls_;
  lb::Health health_;
  asio::steady_timer timer_;
  Stream* stream_ = nullptr;  // of the check under way
  bool stopped_ = false;
};

HealthChecker::HealthChecker(asio::any_io_executor executor, const config::ProxySection& section,
                             std::size_t server, Callback callback, const TlsStore* tls)
    : run_(std::make_shared<Run>(std::move(executor), section, server, std::move(callback), tls)) {}

HealthChecker::~HealthChecker() {
  stop();
}

void HealthChecker::start() {
  run_->start();
}

void HealthChecker::stop() {
  run_->stop();
}

Duration HealthChecker::first_delay(const config::ProxySection& section, std::size_t server) {
  std::int64_t checked = 0;
  std::int64_t before = 0;
  std::optional<Duration> shortest;
  for (std::size_t i = 0; i < section.servers.size(); ++i) {
    const config::CheckParams& check = section.servers[i].check;
    if (!check.enabled) continue;
    ++checked;
    if (i < server) ++before;
    shortest = std::min(shortest.value_or(check.inter), check.inter);
  }
  return checked == 0 ? Duration(0) : *shortest * before / checked;
}

}  // namespace wslb::proxy

#include "proxy/check_run.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include <boost/asio/this_coro.hpp>

#include "proxy/connection.h"
#include "proxy/http/check_place.h"
#include "proxy/http/check_request.h"
#include "proxy/server_preamble.h"

namespace wslb::proxy {

namespace asio = boost::asio;
using base::Duration;
using config::CheckConnect;
using config::CheckExpect;
using config::CheckSend;
using config::CheckStatus;
using config::CheckStep;
using Protocol = config::HealthCheck::Protocol;
using std::chrono::steady_clock;

namespace {

// Unset and 0 are the same.
std::optional<Duration> limit(const std::optional<Duration>& timeout) {
  return timeout && timeout->count() > 0 ? timeout : std::nullopt;
}

}  // namespace

void CheckRun::cancel() {
  cancelled_ = true;
  if (stream_) stream_->cancel();
}

asio::awaitable<lb::CheckResult> CheckRun::run() {
  const auto begin = steady_clock::now();
  const std::vector<CheckStep>& steps = setting_.check.steps;
  Failure failure;
  for (std::size_t i = 0; i < steps.size() && !failure && !cancelled_; ++i) {
    if (std::holds_alternative<CheckConnect>(steps[i].action)) {
      failure = co_await connect(steps[i]);
    } else if (std::holds_alternative<CheckSend>(steps[i].action)) {
      failure = co_await send(steps[i]);
    } else {
      const std::size_t first = i;
      failure = co_await expect(first, i);
    }
  }
  lb::CheckResult result = failure ? std::move(*failure) : passed();
  result.duration = steady_clock::now() - begin;
  co_return result;
}

lb::CheckResult CheckRun::passed() const {
  const Protocol protocol = setting_.check.protocol;
  const CheckStep& last = setting_.check.steps.back();
  lb::CheckResult result;
  if (const auto* expect = std::get_if<CheckExpect>(&last.action)) {
    result.code = answer_.code();
    if (accepts_404_ && result.code == 404) {
      result.status = CheckStatus::L7OkConditionally;
      return result;
    }
    result.status = expect->on_success.value_or(CheckStatus::L7Ok);
    if (protocol == Protocol::Redis) result.info = "Redis server is ok";
  } else if (std::holds_alternative<CheckConnect>(last.action)) {
    result.status = over_tls_ ? CheckStatus::L6Ok : CheckStatus::L4Ok;
  }
  if (protocol == Protocol::Tcp && last.number > 0) result.info = "(tcp-check)";
  return result;
}

lb::CheckResult CheckRun::failed(const CheckStep& step, CheckStatus status,
                                 const IoResult& result) const {
  lb::CheckResult failure;
  failure.status = status;
  if (result.status == IoStatus::Error && result.error != 0) {
    failure.info = std::strerror(result.error);
  }
  failure.info += http::check_place(setting_.check.protocol, step);
  return failure;
}

// The server at the address that this connection goes to.
config::Server CheckRun::target(const CheckConnect& connect) const {
  config::Server server = setting_.server;
  const config::CheckParams& check = server.check;
  const auto address = connect.address ? connect.address : check.address;
  if (address) {
    server.address.address = *address;
    server.unix_path.clear();
  }
  if (connect.port != 0 || check.port != 0) {
    server.address.port = connect.port != 0 ? connect.port : check.port;
  }
  return server;
}

asio::awaitable<CheckRun::Failure> CheckRun::connect(const CheckStep& step) {
  const auto& how = std::get<CheckConnect>(step.action);
  const auto answer_limit = limit(setting_.timeouts.check);
  Duration connect_limit = setting_.server.check.inter;
  if (answer_limit) {
    connect_limit =
        std::min(connect_limit, limit(setting_.timeouts.connect).value_or(connect_limit));
  }
  deadline_ = steady_clock::now() + connect_limit;
  stream_.reset();
  answer_.reset();
  must_read_ = true;
  const config::Server server = target(how);
  const auto socket = open_socket(address_of(server), server);
  if (!socket) {
    co_return failed(step, CheckStatus::SocketError, IoResult{IoStatus::Error, 0, errno});
  }
  stream_.emplace(co_await asio::this_coro::executor, *socket);
  if (!how.linger) stream_->reset_on_close();
  const base::Endpoint* source = server.sources.empty() ? nullptr : &server.sources.front();
  const IoResult connected = co_await stream_->connect(address_of(server), source, deadline_);
  if (!connected.ok()) {
    const bool late = connected.status == IoStatus::Timeout;
    co_return failed(step, late ? CheckStatus::L4Timeout : CheckStatus::L4Connection, connected);
  }
  Failure failure = co_await introduce(step);
  if (!failure && answer_limit) deadline_ = steady_clock::now() + *answer_limit;
  co_return failure;
}

// The PROXY header and the TLS handshake.
asio::awaitable<CheckRun::Failure> CheckRun::introduce(const CheckStep& step) {
  const auto& how = std::get<CheckConnect>(step.action);
  const config::Server& server = setting_.server;
  ServerPreamble preamble;
  if (how.as_server || how.send_proxy) preamble.send_proxy = server.send_proxy;
  const bool wanted = how.send_proxy || (how.as_server && server.check_send_proxy);
  if (preamble.send_proxy == config::SendProxy::None && wanted) {
    preamble.send_proxy = config::SendProxy::V1;
  }
  // HAProxy's version 1 has no word for "for myself", so it names the check's own connection.
  if (preamble.send_proxy == config::SendProxy::V1 && server.unix_path.empty()) {
    preamble.addresses = {stream_->local_endpoint(), target(how).address};
  }
  const bool as_server_tls = how.as_server && server.tls.for_checks.value_or(server.tls.enabled);
  if ((how.tls || as_server_tls) && setting_.tls != nullptr) {
    preamble.tls = setting_.tls->find(server);
    preamble.sni = how.as_server && how.sni.empty() ? server.tls.check_sni : how.sni;
  }
  over_tls_ = preamble.tls != nullptr;
  const IoResult introduced = co_await send_preamble(*stream_, preamble, deadline_);
  if (introduced.ok()) co_return std::nullopt;
  if (introduced.status == IoStatus::Timeout) {
    co_return failed(step, over_tls_ ? CheckStatus::L6Timeout : CheckStatus::L4Timeout, introduced);
  }
  if (!over_tls_) co_return failed(step, CheckStatus::L4Connection, introduced);
  lb::CheckResult failure = failed(step, CheckStatus::L6Response, {});
  failure.info.insert(0, "SSL handshake failure");
  co_return failure;
}

asio::awaitable<CheckRun::Failure> CheckRun::send(const CheckStep& step) {
  const auto& what = std::get<CheckSend>(step.action);
  answer_.reset(what.request ? what.request->method.value_or("OPTIONS") : "");
  must_read_ = true;
  const std::string text =
      what.request ? http::check_request(*what.request, setting_.server.address) : what.bytes;
  const IoResult sent = co_await stream_->write_all(text, deadline_);
  if (sent.ok()) co_return std::nullopt;
  const bool late = sent.status == IoStatus::Timeout;
  co_return failed(step, late ? CheckStatus::L7Timeout : CheckStatus::SocketError, sent);
}

// A row of expects looks at one answer together: while one of them waits for more, all are asked
// again.
asio::awaitable<CheckRun::Failure> CheckRun::expect(std::size_t first, std::size_t& last) {
  using Verdict = http::CheckJudgement::Verdict;
  const std::vector<CheckStep>& steps = setting_.check.steps;
  if (std::exchange(must_read_, false)) {
    if (Failure failure = co_await read(steps[first])) co_return failure;
  }
  for (std::size_t i = first; i < steps.size(); ++i) {
    if (!std::holds_alternative<CheckExpect>(steps[i].action)) break;
    last = i;
    http::CheckJudgement judgement = answer_.judge(steps[i], accepts_404_);
    if (judgement.verdict == Verdict::Failed) {
      lb::CheckResult failure;
      failure.status = judgement.status;
      failure.code = answer_.code();
      failure.info = std::move(judgement.info);
      co_return failure;
    }
    if (judgement.verdict == Verdict::Met) continue;
    if (Failure failure = co_await read(steps[i])) co_return failure;
    i = first - 1;
  }
  co_return std::nullopt;
}

asio::awaitable<CheckRun::Failure> CheckRun::read(const CheckStep& step) {
  const auto& expect = std::get<CheckExpect>(step.action);
  std::array<char, 4096> chunk{};
  const IoResult result = co_await stream_->read(chunk, deadline_);
  if (result.ok()) {
    answer_.add({chunk.data(), result.bytes});
    co_return std::nullopt;
  }
  if (result.status == IoStatus::Timeout) {
    co_return failed(step, expect.on_timeout.value_or(CheckStatus::L7Timeout), {});
  }
  // A reset behind an answer is a common way to end.
  if (result.status == IoStatus::Error && answer_.empty()) {
    co_return failed(step, CheckStatus::SocketError, result);
  }
  answer_.end();
  if (!answer_.empty() || setting_.check.protocol == Protocol::Http) co_return std::nullopt;
  lb::CheckResult failure;
  failure.status = expect.on_error.value_or(CheckStatus::L7Response);
  failure.info = "TCPCHK got an empty response at step " + std::to_string(step.number);
  if (!step.comment.empty()) failure.info += " comment: '" + step.comment + "'";
  co_return failure;
}

}  // namespace wslb::proxy

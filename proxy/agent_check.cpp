#include "proxy/agent_check.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>

#include "proxy/connection.h"
#include "proxy/stream.h"

namespace wslb::proxy {

namespace asio = boost::asio;
using base::Duration;
using config::CheckStatus;
using std::chrono::steady_clock;

namespace {

constexpr std::size_t kLineBytesMax = 16 * 1024;

// What a loop needs for as long as it lives.
struct Asked {
  config::Server server;
  config::Timeouts timeouts;
  AgentChecker::Callback callback;
  AgentChecker::Where where;
};

lb::CheckResult failure(CheckStatus late, CheckStatus otherwise, const IoResult& io) {
  lb::CheckResult result;
  result.status = io.status == IoStatus::Timeout ? late : otherwise;
  if (io.status == IoStatus::Error) result.info = std::strerror(io.error);
  return result;
}

// The agent's line goes to `line`; a result says why there is none.
asio::awaitable<std::optional<lb::CheckResult>> ask(const Asked& asked, CheckLoop& loop,
                                                    std::string& line) {
  config::Server target = asked.server;
  const config::AgentParams& agent = target.agent;
  if (agent.address) target.address.address = *agent.address;
  target.address.port = agent.port;
  target.unix_path.clear();
  const auto socket = open_socket(address_of(target), target);
  if (!socket) {
    co_return failure(CheckStatus::SocketError, CheckStatus::SocketError,
                      IoResult{IoStatus::Error, 0, errno});
  }
  Stream stream(co_await asio::this_coro::executor, *socket);
  stream.reset_on_close();
  loop.on_stop([&stream] { stream.cancel(); });
  auto deadline = steady_clock::now() + agent.inter;
  const auto limit = asked.timeouts.check;
  if (limit && asked.timeouts.connect) {
    deadline = std::min(deadline, steady_clock::now() + *asked.timeouts.connect);
  }
  const base::Endpoint* source = target.sources.empty() ? nullptr : &target.sources.front();
  IoResult io = co_await stream.connect(address_of(target), source, deadline);
  if (!io.ok()) co_return failure(CheckStatus::L4Timeout, CheckStatus::L4Connection, io);
  if (limit) deadline = steady_clock::now() + *limit;
  io = co_await stream.write_all(agent.send, deadline);
  if (!io.ok()) co_return failure(CheckStatus::L7Timeout, CheckStatus::SocketError, io);
  std::array<char, 1024> chunk{};
  while (line.find_first_of("\r\n") == std::string::npos && line.size() < kLineBytesMax) {
    io = co_await stream.read(chunk, deadline);
    if (!io.ok()) co_return failure(CheckStatus::L7Timeout, CheckStatus::L7Response, io);
    line.append(chunk.data(), io.bytes);
  }
  co_return std::nullopt;
}

asio::awaitable<Duration> ask_once(std::shared_ptr<Asked> asked, CheckLoop& loop) {
  asked->server.address = asked->where();
  const config::AgentParams& agent = asked->server.agent;
  if (!agent.address && asked->server.lacks_address()) co_return agent.inter;
  const auto begin = steady_clock::now();
  std::string line;
  auto failed = co_await ask(*asked, loop, line);
  loop.on_stop({});
  const Duration pause = asked->server.agent.inter;
  if (loop.stopped()) co_return pause;
  lb::CheckResult result = failed ? std::move(*failed) : lb::CheckResult{};
  result.duration = steady_clock::now() - begin;
  std::optional<lb::AgentReply> reply;
  if (!failed) reply = lb::parse_agent_reply(line.substr(0, line.find_first_of("\r\n")));
  asked->callback(std::move(result), reply);
  co_return pause;
}

}  // namespace

AgentChecker::AgentChecker(asio::any_io_executor executor, const config::ProxySection& section,
                           std::size_t server, Callback callback, Where where) {
  const auto asked = std::make_shared<Asked>(
      Asked{section.servers.at(server), section.timeouts, std::move(callback), std::move(where)});
  loop_ = std::make_shared<CheckLoop>(std::move(executor),
                                      [asked](CheckLoop& loop) { return ask_once(asked, loop); });
}

AgentChecker::~AgentChecker() {
  loop_->stop();
}

void AgentChecker::start(Duration first_delay) {
  loop_->start(first_delay);
}

}  // namespace wslb::proxy

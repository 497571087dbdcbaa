// The part of an Exchange that gives servers to clients who connect to them by themselves
// (`http-request return assign`), and knows these clients when they show up.
#include <chrono>
#include <string>

#include <boost/asio/this_coro.hpp>

#include "proxy/exchange.h"
#include "proxy/http/sample_message.h"
#include "proxy/live_state.h"

namespace wslb::proxy {

namespace asio = boost::asio;

namespace {

constexpr std::string_view kField = "Wslb-Assignment";
constexpr std::string_view kParameter = "wslb_assignment";

std::string token_of(const http::RequestHead& head) {
  if (const auto field = head.fields.find(kField)) return std::string(*field);
  std::string token;
  http::any_parameter(head.target, kParameter, [&token](std::string_view value) {
    token = value;
    return true;
  });
  return token;
}

// Names and addresses hold nothing that JSON would escape.
std::string assignment_json(const ServerPool& pool, std::size_t server, const std::string& token,
                            base::Duration time) {
  const config::Server& configured = pool.section().servers[server];
  const std::string& shown = configured.public_address;
  const base::Endpoint now = pool.address(server);
  const bool is_service = configured.resolution.is_service;
  const std::string name = is_service ? pool.host(server) : configured.host;
  const std::string host = name.empty() ? now.to_string() : name + ":" + std::to_string(now.port);
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(time).count();
  return "{\"backend\":\"" + pool.section().name + "\",\"server\":\"" + configured.name +
         "\",\"address\":\"" + (shown.empty() ? host : shown) + "\",\"token\":\"" + token +
         "\",\"expires_in\":" + std::to_string(seconds) + "}\n";
}

}  // namespace

void Exchange::choose_server() {
  Assignments& assignments = service_.process.assignments;
  if (!assignments.empty()) {  // most proxies never have any
    const std::string token = token_of(head_);
    if (!token.empty()) named_ = assignments.settle(token, *pool_);
  }
  if (named_ || backend().use_servers.empty()) return;
  const ServiceState live(service_, frontend_, pool_);
  named_ = named_server(*pool_, transaction(live), persistence_);
}

asio::awaitable<Exchange::End> Exchange::answer_assignment(http::Outcome outcome) {
  ServerPool* const found = service_.find_pool(outcome.subject);
  if (found == nullptr) co_return co_await refuse(503);
  ServerPool& pool = *found;
  pool_ = &pool;
  hash_ = balance_hash();
  pool_ = nullptr;
  const auto& timeouts = pool.section().timeouts;
  auto given = co_await pool.acquire(
      {.hash = hash_}, deadline_after(timeouts.queue ? timeouts.queue : timeouts.connect));
  if (!given.slot) {
    record_.end(given.refusal == ServerPool::Refusal::Timeout ? 's' : 'S', 'Q');
    co_return co_await refuse(503);
  }
  const std::size_t server = given.slot->server();
  const auto token =
      service_.process.assignments.add(std::move(*given.slot), pool, service_.shared_from_this(),
                                       co_await asio::this_coro::executor, outcome.time);
  if (!token) {
    record_.end('R', 'Q');
    co_return co_await refuse(503);
  }
  record_.service = "<ASSIGN>";
  record_.end('L', 'R');
  frontend_.statistics.intercepted.add();
  const std::string body = assignment_json(pool, server, *token, outcome.time);
  co_return co_await answer_own(200, "OK", "", "application/json", body);
}

}  // namespace wslb::proxy

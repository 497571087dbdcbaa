// The part of an Exchange that the configuration's rules decide.
#include <algorithm>
#include <array>

#include "proxy/access_log.h"
#include "proxy/exchange.h"
#include "proxy/http/acl.h"
#include "proxy/http/connection.h"
#include "proxy/http/counted_size.h"
#include "proxy/http/error_reply.h"
#include "proxy/http/log_text.h"
#include "proxy/live_state.h"
#include "proxy/tcp_rule.h"

namespace wslb::proxy {

namespace asio = boost::asio;
using Kind = http::Outcome::Kind;

http::Transaction Exchange::transaction(const http::LiveState& live) {
  http::Transaction transaction;
  transaction.request = &head_;
  transaction.client = client_.address;
  transaction.destination = client_.destination;
  transaction.content = client_.input.view();
  transaction.session = &client_.variables;
  transaction.variables = &variables_;
  transaction.live = &live;
  transaction.stick = &counters_;
  transaction.client_at = &client_.address;
  transaction.destination_at = &client_.destination;
  transaction.body = [this] { return body_so_far(); };
  if (client_.bind != nullptr) {
    transaction.socket_name = client_.bind->name;
    transaction.socket_id = client_.bind->index;
  }
  transaction.facts = [this] {
    make_unique_id();
    record_.destination = client_.destination;
    return log_facts(service_, frontend_, client_.address, record_);
  };
  transaction.tls = client_.tls != nullptr;
  if (client_.tls) {
    transaction.sni = client_.tls->sni;
    transaction.session_id = client_.tls->session_id;
  }
  return transaction;
}

http::Outcome Exchange::run_connection_rules() {
  if (frontend_.section.content_rules.empty()) {
    counters_.count_request();
    return {};
  }
  const ServiceState live(service_, frontend_, pool_);
  const auto content = judge(frontend_.section.content_rules, transaction(live));
  if (content == config::TcpRule::Action::Accept) {
    counters_.count_request();
    return {};
  }
  return {content == config::TcpRule::Action::Reject ? Kind::Close : Kind::Drop};
}

bool Exchange::monitor_fails() {
  const ServiceState live(service_, frontend_, pool_);
  const http::Transaction now = transaction(live);
  return std::ranges::any_of(frontend_.section.monitor_failures, [&now](const auto& failure) {
    return http::holds(failure.condition, now);
  });
}

// A section that has nothing to say to a request.
bool Exchange::passes(const config::ProxySection& section) {
  const bool none = section.request_rules.empty() && section.redirects.empty();
  if (!none || wants_body(section)) return false;
  counters_.enter(StickCounters::Place::Request);
  record_.destination = client_.destination;
  return true;
}

// Nothing: the request goes on.
asio::awaitable<std::optional<Exchange::End>> Exchange::pass(const config::ProxySection& section) {
  if (wants_body(section)) {
    if (const int status = co_await buffer_body()) co_return co_await refuse(status);
  }
  rules_ran_ = true;
  http::Outcome outcome = co_await run_rules(section);
  if (!outcome.ends_exchange()) co_return std::nullopt;
  co_return co_await carry_out(std::move(outcome));
}

asio::awaitable<http::Outcome> Exchange::run_rules(const config::ProxySection& section) {
  counters_.enter(StickCounters::Place::Request);
  const ServiceState live(service_, frontend_, pool_);
  const http::Transaction now = transaction(live);
  http::Outcome outcome = http::run_request_rules(section.request_rules, head_, now);
  while (outcome.kind == Kind::Wait) {
    const int status = co_await wait_for_body(outcome.time, outcome.bytes);
    if (status != 0) co_return http::Outcome{.kind = Kind::Failed, .status = status};
    outcome = http::run_request_rules(section.request_rules, head_, now, outcome.next);
  }
  record_.destination = client_.destination;
  if (outcome.kind == Kind::Challenge && outcome.subject.empty()) outcome.subject = section.name;
  if (outcome.ends_exchange()) co_return outcome;
  co_return http::run_request_rules(section.redirects, head_, now);
}

void Exchange::choose_backend() {
  ServerPool* const usual = frontend_.default_backend;
  const bool decided = frontend_.section.use_backends.empty() &&
                       (usual == nullptr || usual->section().persist_rules.empty());
  if (decided) {
    record_.pool = pool_ = usual;
    return;
  }
  const ServiceState live(service_, frontend_, nullptr);
  const http::Transaction now = transaction(live);
  pool_ = route(service_, frontend_, now);
  record_.pool = pool_;
  if (pool_ != nullptr) persistence_ = persistence(backend(), now);
}

void Exchange::make_unique_id() {
  const config::ProxySection& section = frontend_.section;
  if (section.unique_id_format.empty() || has_unique_id_) return;
  has_unique_id_ = true;  // lest its own samples ask for it
  const ServiceState live(service_, frontend_, pool_);
  const http::Transaction now = transaction(live);
  record_.unique_id = http::log_text(
      section.unique_id_format, log_facts(service_, frontend_, client_.address, record_), &now);
}

bool Exchange::has_answer_rules() const {
  return !frontend_.section.answer_rules.empty() ||
         (pool_ != nullptr && !backend().answer_rules.empty());
}

// `http-after-response`, on whatever goes to the client.
void Exchange::run_answer_rules(http::ResponseHead& response) {
  if (!has_answer_rules()) return;
  const auto server = link_.slot ? std::optional(link_.slot->server()) : std::nullopt;
  const ServiceState live(service_, frontend_, pool_, server);
  http::Transaction now = transaction(live);
  now.response = &response;
  const bool another = pool_ != nullptr && &backend() != &frontend_.section;
  if (another) (void)http::run_response_rules(backend().answer_rules, response, now);
  (void)http::run_response_rules(frontend_.section.answer_rules, response, now);
}

// The same for a whole message of ours.
std::string Exchange::finish_own(std::string message) {
  http::ResponseParser parser;
  if (!has_answer_rules() || parser.parse(message) != http::ParseStatus::Complete) return message;
  const std::string body = message.substr(parser.head_bytes());
  http::ResponseHead head = parser.take_head();
  run_answer_rules(head);
  return http::serialise(head).append(body);
}

std::string Exchange::own_page(int status) {
  const ServiceState live(service_, frontend_, pool_);
  const http::Transaction now = transaction(live);
  return http::error_reply(status, head_.method, pool_ != nullptr ? &backend() : nullptr,
                           frontend_.section, &now);
}

http::Outcome Exchange::run_response_rules(http::ResponseHead& response) {
  if (frontend_.section.response_rules.empty() && backend().response_rules.empty()) return {};
  const ServiceState live(service_, frontend_, pool_, link_.slot->server());
  http::Transaction now = transaction(live);
  now.response = &response;
  http::Outcome outcome = http::run_response_rules(backend().response_rules, response, now);
  const bool same = &backend() == &frontend_.section;
  if (outcome.ends_exchange() || same) return outcome;
  return http::run_response_rules(frontend_.section.response_rules, response, now);
}

// Keeps the client waiting for nothing, to slow down who would try again at once.
asio::awaitable<bool> Exchange::tarpit() {
  const config::Timeouts& timeouts = frontend_.section.timeouts;
  const auto limit = timeouts.tarpit ? timeouts.tarpit : timeouts.connect;
  const base::TimePoint deadline = deadline_after(limit ? limit : timeouts.client);
  std::array<char, 4096> ignored;
  for (;;) {
    const IoResult received = co_await client_.stream.read(ignored, deadline);
    if (received.status == IoStatus::Timeout) co_return true;
    if (!received.ok()) co_return false;
    if (std::chrono::steady_clock::now() >= deadline) co_return true;
  }
}

asio::awaitable<Exchange::End> Exchange::carry_out(http::Outcome outcome) {
  if (outcome.kind == Kind::Metrics) co_return co_await answer_metrics();
  if (outcome.kind == Kind::Failed) co_return co_await refuse(outcome.status);
  if (outcome.kind == Kind::Assign) co_return co_await answer_assignment(outcome);
  const bool tarpits = outcome.kind == Kind::Tarpit;
  const bool denies = tarpits || outcome.kind == Kind::Deny || outcome.kind == Kind::Challenge;
  if (denies && !record_.response_received) counters_.count_error();
  if (outcome.kind == Kind::Challenge) {
    outcome.answer = http::challenge(own_page(outcome.status), outcome.subject);
  }
  const bool replies = outcome.kind == Kind::Reply || outcome.kind == Kind::Challenge;
  record_.end(replies ? 'L' : 'P', tarpits ? 'T' : 'R');
  record_.status = outcome.status;
  record_.denied = !replies;
  if (outcome.kind >= Kind::Close) {
    record_.status = -1;
    if (outcome.kind == Kind::Close) record_.head_received.reset();
    if (outcome.kind == Kind::Drop) client_.stream.reset_on_close();
    co_return End::Close;
  }
  if (tarpits && !co_await tarpit()) co_return End::Close;
  if (outcome.answer.empty()) co_return co_await refuse(outcome.status);
  const bool unread =
      framing_.kind != http::Framing::Kind::None && !(upload_ && request_received());
  const bool close = tarpits || unread || !client_keeps_alive_ || service_.process.draining ||
                     head_.version == http::Version::Http10;
  const std::string answer = finish_own(http::finish_answer(outcome.answer, close));
  const IoResult written =
      co_await client_.stream.write_all(answer, deadline_after(frontend_.section.timeouts.client));
  record_.bytes_from_server += http::counted_size(answer);
  co_return written.ok() && !close ? End::KeepAlive : End::Close;
}

}  // namespace wslb::proxy

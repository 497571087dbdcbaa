#include "proxy/exchange.h"

#include <algorithm>

#include "proxy/access_log.h"
#include "proxy/http/acl.h"
#include "proxy/http/balance_key.h"
#include "proxy/http/connection.h"
#include "proxy/http/cookie.h"
#include "proxy/http/counted_size.h"
#include "proxy/http/error_page.h"
#include "proxy/http/error_reply.h"
#include "proxy/http/forwarded.h"
#include "proxy/http/log_text.h"
#include "proxy/lb/hash.h"
#include "proxy/live_state.h"
#include "proxy/turn_time.h"

namespace wslb::proxy {

namespace asio = boost::asio;

namespace {

asio::awaitable<Exchange::End> at_once(Exchange::End end) {
  co_return end;
}

}  // namespace

Exchange::Exchange(Service& service, Frontend& frontend, ClientConnection& client,
                   http::RequestHead head, RequestRecord& record)
    : service_(service),
      frontend_(frontend),
      client_(client),
      head_(std::move(head)),
      counters_(service.stick_tables, tracked_, &client.tracked),
      record_(record) {
  record_.stick = &counters_;
}

asio::awaitable<Exchange::End> Exchange::run(std::unique_ptr<ServerConnection> idle) {
  if (const http::Rejection rejection = check_request()) {
    record_.end('P', 'R');
    counters_.count_request();
    counters_.count_error();
    co_return co_await refuse(rejection.status);
  }
  if (http::Outcome outcome = run_connection_rules(); outcome.ends_exchange()) {
    co_return co_await carry_out(std::move(outcome));
  }
  if (!frontend_.section.monitor_uri.empty() && head_.target == frontend_.section.monitor_uri) {
    co_return co_await answer_monitor();
  }
  if (!passes(frontend_.section)) {
    if (const auto end = co_await pass(frontend_.section)) co_return *end;
  }
  if (const auto* page = wanted_stats(frontend_.section)) co_return co_await answer_stats(*page);
  choose_backend();
  if (pool_ == nullptr) {
    record_.end('S', 'C');
    co_return co_await refuse(503);
  }
  if (&backend() != &frontend_.section) {
    if (!passes(backend())) {
      if (const auto end = co_await pass(backend())) co_return *end;
    }
    if (const auto* page = wanted_stats(backend())) co_return co_await answer_stats(*page);
  }
  if (rules_ran_) {  // they may have changed what the handshake says
    if (const http::Rejection rejection = check_request()) {
      record_.end('P', 'R');
      co_return co_await refuse(rejection.status);
    }
  }
  ++pool_->connections();
  choose_server();
  read_server_cookies();
  lead_by_stick_rules();
  hash_ = balance_hash();
  prepare_request();
  const End end = co_await converse(std::move(idle));
  if (upload_) {
    server_reusable_ = server_reusable_ && request_received();
    co_await upload_->join();
    record_.bytes_from_client += upload_->payload();
    if (framing_.kind == http::Framing::Kind::Chunked && request_received()) {
      record_.bytes_from_client += http::kCountedTrailer;
    }
  }
  if (end == End::Tunnel) co_return end;
  --pool_->connections();
  link_.slot.reset();
  if (!server_reusable_) link_.connection.reset();
  co_return end;
}

http::Rejection Exchange::check_request() {
  framing_ = http::request_framing(head_);
  if (framing_.kind == http::Framing::Kind::Bad) return framing_.rejection;
  client_keeps_alive_ = http::keeps_alive(head_) && !framing_.must_close;
  upgrade_ = http::upgrade_request(head_, framing_);
  return upgrade_.rejection;
}

// Finds the server that the client's cookies ask for; notes for the log what they were worth.
void Exchange::read_server_cookies() {
  if (!backend().cookie) return;
  using Age = http::ServerCookie::Age;
  char worth = 'N';
  const auto now = std::chrono::floor<std::chrono::seconds>(TurnTime::wall());
  for (const http::ServerCookie& each : http::server_cookies(head_, *backend().cookie, now)) {
    if (each.age != Age::Fresh) {
      worth = each.age == Age::Old ? 'O' : 'E';
      continue;
    }
    if (cookie_) continue;
    cookie_dates_ = each.dates;
    if (named_ || persistence_ == Persistence::Ignored) {
      if (worth == 'N') worth = 'U';  // not asked
      continue;
    }
    switch (pool_->verdict_on_cookie(each.server, persistence_ == Persistence::Forced)) {
      case lb::CookieVerdict::Usable:
        worth = 'V';
        cookie_ = each.server;
        break;
      case lb::CookieVerdict::Forced:
        worth = 'D';
        cookie_ = each.server;
        break;
      case lb::CookieVerdict::Down:
        worth = 'D';
        break;
      case lb::CookieVerdict::Unknown:
        if (worth == 'N') worth = 'I';
        break;
    }
  }
  if (!backend().cookie->is_logged()) return;
  record_.termination.client_cookie = worth;
  record_.termination.server_cookie = 'N';
}

std::optional<std::uint32_t> Exchange::balance_hash() const {
  const config::ProxySection& section = backend();
  if (section.balance.algorithm == config::Balance::Algorithm::Source) {
    return lb::hash_address(section.hash_type, client_.address.address);
  }
  auto key = http::balance_key(section.balance, head_);
  if (!key && peek_ && section.balance.check_post) {
    key = http::balance_key_of_form(section.balance, peek_->body());
  }
  if (!key) return std::nullopt;
  return lb::hash_key(section.hash_type, *key);
}

void Exchange::prepare_request() {
  const bool httpclose = frontend_.section.options.httpclose || backend().options.httpclose;
  client_keeps_alive_ = client_keeps_alive_ && !frontend_.section.options.httpclose;
  if (backend().cookie) http::hide_cookie(head_, *backend().cookie);
  const bool websocket = upgrade_.kind == http::UpgradeRequest::Kind::WebSocket;
  const bool close = httpclose || backend().options.http_server_close ||
                     frontend_.section.options.http_server_close ||
                     head_.version == http::Version::Http10;
  http::replace_hop_by_hop(head_.fields, framing_,
                           websocket ? http::NextHop::WebSocket
                           : close   ? http::NextHop::Close
                                     : http::NextHop::Default);
  http::add_forwarded(head_, frontend_.section.options, backend().options, client_.address.address,
                      client_.destination.address);
  make_unique_id();
  if (!frontend_.section.unique_id_header.empty() && !record_.unique_id.empty()) {
    head_.fields.add(frontend_.section.unique_id_header, record_.unique_id);
  }
  request_text_ = http::serialise(head_);
}

asio::awaitable<Exchange::End> Exchange::converse(std::unique_ptr<ServerConnection> idle) {
  const ClientFacts facts = client_facts(client_, *service_.tls, &head_.fields);
  for (;;) {
    const bool stays = idle && idle->pool == pool_ && backend().options.prefer_last_server &&
                       backend().options.reuse_never && !backend().balance.hashes();
    if (stays) prefer_ = idle->server;
    link_ = co_await connect_to_server(*pool_,
                                       {.cookie = cookie_,
                                        .named = named_,
                                        .forced = persistence_ == Persistence::Forced,
                                        .hash = hash_,
                                        .prefer = prefer_,
                                        .avoid = avoid_,
                                        .repeatable = is_repeatable()},
                                       std::move(idle), facts, record_);
    if (!link_.slot) co_return co_await refuse(503);
    std::optional<http::ResponseHead> response;
    IoResult written = send_head();
    if (written.ok() && written.bytes < request_text_.size()) {
      written = co_await send_rest_of_head(written.bytes);
    }
    if (follow_head(written)) response = co_await read_final_head();
    // A server may have closed an idle connection while the request was on its way (RFC 9112,
    // section 9.3.1).
    const bool again = (!response && may_resend()) || may_retry(response);
    if (!again) co_return co_await answer(std::move(response));
    link_.connection.reset();
    link_.slot.reset();
    record_.end('-', '-');
  }
}

// Only what a server may safely see twice, and only when it answered nothing.
bool Exchange::may_resend() const {
  return link_.connection->reused && !response_begun_ && is_repeatable() &&
         record_.termination.cause == 'S';
}

bool Exchange::is_repeatable() const {
  const bool idempotent =
      head_.method == "GET" || head_.method == "HEAD" || head_.method == "OPTIONS";
  return idempotent && framing_.kind == http::Framing::Kind::None;
}

// What of the head goes out without waiting: all of it, as a rule.
IoResult Exchange::send_head() {
  client_.stream.commit();
  return link_.connection->stream.write_some(request_text_);
}

asio::awaitable<IoResult> Exchange::send_rest_of_head(std::size_t sent) {
  return link_.connection->stream.write_all(std::string_view(request_text_).substr(sent),
                                            deadline_after(backend().timeouts.server));
}

// False: it cannot be sent, and nothing need be waited for.
bool Exchange::follow_head(const IoResult& written) {
  if (!written.ok()) {
    record_.end(written.status == IoStatus::Timeout ? 's' : 'S', 'H');
    // A server that refuses early may have answered before it closed.
    if (written.status == IoStatus::Timeout) return false;
  }
  start_upload();
  return true;
}

asio::awaitable<Exchange::End> Exchange::answer(std::optional<http::ResponseHead> response) {
  if (!response) {
    const bool timeout = record_.termination.cause == 's';
    // The server closed an idle connection while a request that must not be sent twice was on its
    // way: an end without an answer tells the client that it may try again itself.
    const bool gone_stale =
        record_.termination.cause == 'S' && link_.connection->reused && !response_begun_;
    if (gone_stale) return at_once(End::Close);
    const bool aborted = record_.termination.cause == 'C' || record_.termination.cause == 'c';
    if (!aborted) {
      counters_.count_failure();
      return refuse(timeout ? 504 : 502);
    }
    if (record_.termination.cause == 'c') return refuse(408);
    const bool malformed = upload_failed() && upload_->end() == PumpEnd::SourceMalformed;
    if (malformed) return refuse(400);
    return at_once(End::Close);
  }
  record_.end('-', '-');
  record_.response_received = TurnTime::now();
  record_.status = response->status;
  note_server(*response);
  http::Outcome outcome = run_response_rules(*response);
  if (outcome.ends_exchange()) return carry_out(std::move(outcome));
  note_response(*response);
  if (response->status == 101) return accept_upgrade(std::move(*response));
  return send_response(std::move(*response));
}

// `monitor-uri`: whoever asks learns that the proxy is alive, and no line is logged.
asio::awaitable<Exchange::End> Exchange::answer_monitor() {
  record_.logged = true;
  if (monitor_fails()) co_return co_await refuse(503);
  const bool own = frontend_.section.error_replies.contains(200);
  const bool keeps = !own && http::keeps_alive(head_) &&
                     framing_.kind == http::Framing::Kind::None && !service_.process.draining;
  const std::string page =
      finish_own(own ? http::error_reply(200, head_.method, nullptr, frontend_.section)
                     : http::monitor_page(head_.method, keeps));
  const IoResult written =
      co_await client_.stream.write_all(page, deadline_after(frontend_.section.timeouts.client));
  co_return written.ok() && keeps ? End::KeepAlive : End::Close;
}

asio::awaitable<Exchange::End> Exchange::refuse(int status) {
  const std::string page = finish_own(own_page(status));
  record_.status = status;
  record_.bytes_from_server += http::counted_size(page);
  co_await client_.stream.write_all(page, deadline_after(frontend_.section.timeouts.client));
  co_return End::Close;
}

}  // namespace wslb::proxy

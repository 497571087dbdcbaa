#include "proxy/http_session.h"

#include <array>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "proxy/access_log.h"
#include "proxy/client_preamble.h"
#include "proxy/established_tunnel.h"
#include "proxy/exchange.h"
#include "proxy/http/capture.h"
#include "proxy/http/counted_size.h"
#include "proxy/http/error_reply.h"
#include "proxy/session.h"
#include "proxy/tcp_rule.h"
#include "proxy/tunnel_facts.h"
#include "proxy/turn_time.h"

namespace wslb::proxy {

namespace asio = boost::asio;

namespace {

// Turns an idle connection into one of that configuration. False: it would make a new one.
bool leads_on(ServerConnection& idle, const Service& service) {
  const config::Server& before = idle.pool->section().servers[idle.server];
  const ServerPool* const pool = service.find_pool(idle.pool->section().name);
  const auto server = pool == nullptr ? std::nullopt : pool->twin_of(*idle.pool, idle.server);
  if (!server) return false;
  const config::Server& now = pool->section().servers[*server];
  if (before.tls.enabled || now.tls.enabled || before.send_proxy != now.send_proxy) return false;
  idle.pool = pool;
  idle.server = *server;
  return true;
}

class HttpSession : public Movable {
 public:
  HttpSession(Worker& worker, AcceptedClient accepted)
      : service_(std::move(accepted.service)),
        worker_(worker),
        frontend_(accepted.frontend),
        client_(std::make_unique<ClientConnection>(worker.context.get_executor(), accepted.fd,
                                                   accepted.address, std::move(accepted.lease),
                                                   std::move(accepted.kept))) {
    client_->bind = accepted.bind;
    if (accepted.admitted) {
      admitted_ = true;
      asked_ = accepted.admitted->asked;
      client_->destination = accepted.admitted->destination;
      client_->tracked = std::move(accepted.admitted->tracked);
    }
    listing_.emplace(worker.sessions, OpenSession{.id = service_->process.next_session_id++,
                                                  .frontend = frontend_,
                                                  .client = client_->address,
                                                  .client_fd = client_->stream.fd(),
                                                  .movable = this});
  }

  // Who waits for a request gets the next one answered by the new rules.
  void move_to(const std::shared_ptr<Service>& service) override {
    if (waits_ && !follow(service)) (*listing_)->cut();
  }

  asio::awaitable<void> run() {
    if (!admitted_ && !co_await enter()) co_return;
    if (asked_) co_return co_await apologise();
    for (bool first = true;; first = false) {
      if (worker_.service != service_ && !follow(worker_.service)) co_return co_await linger();
      RequestRecord record;
      record.destination = client_->destination;
      (*listing_)->record = &record;  // nobody looks between this one and the next
      record.tls = client_->tls;
      if (!co_await await_request(first, record)) co_return;
      std::optional<http::RequestHead> head = co_await read_head(record);
      if (!head) {
        if (!silent_) log(record);
        co_return co_await linger();
      }
      if (service_->process.leaving && client_->kept) co_return co_await leave_to_successor();
      const UnderWay under_way(service_->process);
      const base::Endpoint address = client_->address;  // rules may change them for the request
      const base::Endpoint destination = client_->destination;
      Exchange exchange(*service_, *frontend_, *client_, std::move(*head), record);
      const Exchange::End end = co_await exchange.run(std::move(idle_));
      if (end == Exchange::End::KeepAlive) client_->settle();
      if (end == Exchange::End::Tunnel) {
        listing_.reset();
        establish_tunnel(service_, worker_, *frontend_, std::move(client_), exchange.take_link(),
                         std::move(record), exchange.take_holds(), exchange.take_greeting());
        co_return;
      }
      exchange.count_traffic();
      log(record);
      client_->address = address;
      client_->destination = destination;
      idle_ = exchange.take_idle();
      if (end == Exchange::End::Close) co_return co_await linger();
    }
  }

 private:
  const config::Timeouts& timeouts() const { return frontend_->section.timeouts; }

  asio::awaitable<bool> enter() {
    if (!co_await receive_preamble(*service_, *frontend_, *client_)) co_return false;
    if (!admits(*service_, *frontend_, *client_)) co_return false;
    if (!client_->kept) co_return true;
    if (!client_->variables.empty()) client_->kept.leave();  // a successor would not have them
    const bool has_more = client_->bind->accept_proxy || !client_->tracked.empty();
    if (has_more) client_->kept.describe(write_client_facts(frontend_->section.name, *client_));
    client_->settle();
    co_return true;
  }

  // The process ends soon, and the vault has the client.
  asio::awaitable<void> leave_to_successor() {
    asio::steady_timer never(worker_.context, base::TimePoint::max());
    co_await never.async_wait(asio::as_tuple(asio::use_awaitable));
  }

  // The process before this one was killed while it answered: nobody knows how far it came.
  asio::awaitable<void> apologise() {
    RequestRecord record;
    record.destination = client_->destination;
    record.end('I', 'H');
    co_await refuse(502, record);
    log(record);
    co_await linger();
  }

  void log(RequestRecord& record) {
    count_answer(*frontend_, record);
    count_end(*frontend_, record);
    write_access_log(*service_, *frontend_, client_->address, record);
  }

  // Between two requests a client may stay silent for `timeout http-keep-alive`, and leaves
  // without a word. The first request has its own limit, see read_head().
  asio::awaitable<bool> await_request(bool first, RequestRecord& record) {
    if (first || !client_->input.empty()) co_return true;
    const auto limit = timeouts().http_keep_alive ? timeouts().http_keep_alive
                       : timeouts().http_request  ? timeouts().http_request
                                                  : timeouts().client;
    waits_ = true;
    const IoResult received = co_await receive_head(deadline_after(limit));
    waits_ = false;
    if (received.ok()) record.begin = TurnTime::now();
    co_return received.ok();
  }

  // More of a request's head. Of a client that is kept it stays in the socket as well.
  asio::awaitable<IoResult> receive_head(base::TimePoint deadline) {
    const bool is_ahead = client_->input.view().size() == client_->stream.shown();
    return client_->kept && is_ahead ? client_->stream.look_ahead(client_->input, deadline)
                                     : receive_more(deadline);
  }

  asio::awaitable<IoResult> receive_more(base::TimePoint deadline) {
    InputBuffer& input = client_->input;
    const IoResult received = co_await client_->stream.read(input.room(), deadline);
    input.commit(received.bytes);
    co_return received;
  }

  // Answers what is no request: too slow, malformed, or ended half way.
  asio::awaitable<std::optional<http::RequestHead>> read_head(RequestRecord& record) {
    const base::TimePoint deadline =
        deadline_after(timeouts().http_request ? timeouts().http_request : timeouts().client);
    http::RequestParser parser;
    for (;;) {
      const http::ParseStatus status = parser.parse(client_->input.view());
      if (status == http::ParseStatus::Complete) {
        client_->input.consume(parser.head_bytes());
        record.head_received = TurnTime::now();
        http::RequestHead head = parser.take_head();
        note_request(head, record);
        co_return head;
      }
      if (status == http::ParseStatus::Bad) {
        record.end('P', 'R');
        count_bad_request(true);
        service_->process.errors.note({.frontend = frontend_->section.name,
                                       .client = client_->address,
                                       .reason = parser.rejection().reason},
                                      client_->input.view());
        co_await refuse(parser.rejection().status, record);
        co_return std::nullopt;
      }
      waits_ = client_->input.empty();
      const IoResult received = co_await receive_head(deadline);
      if (received.ok()) {
        if (std::exchange(waits_, false)) record.begin = TurnTime::now();
        continue;
      }
      waits_ = false;
      co_await end_of_head(received, record);
      co_return std::nullopt;
    }
  }

  void note_request(const http::RequestHead& head, RequestRecord& record) {
    const config::ProxySection& section = frontend_->section;
    frontend_->statistics.count_request(*record.head_received);
    record.request_line = head.request_line;
    record.bytes_from_client = http::counted_size(head);
    if (!section.request_captures.empty()) {
      record.request_captures = http::capture_headers(section.request_captures, head.fields);
    }
    if (!section.response_captures.empty()) {
      record.response_captures.emplace(section.response_captures.size());
    }
    if (section.cookie_capture) {
      record.request_cookie = http::capture_cookie(*section.cookie_capture, head.fields, "Cookie");
    }
  }

  asio::awaitable<void> end_of_head(const IoResult& received, RequestRecord& record) {
    const bool nothing_sent = client_->input.empty();
    if (received.status == IoStatus::Timeout) {
      record.end('c', 'R');
      count_bad_request(false);  // as HAProxy has it
      co_await refuse(408, record);
    } else {
      record.end('C', 'R');
      if (!nothing_sent) co_await refuse(400, record);
    }
    silent_ = nothing_sent && frontend_->section.options.dontlognull;
  }

  void count_bad_request(bool is_error) {
    StickCounters counters(service_->stick_tables, client_->tracked, nullptr);
    counters.count_request();
    if (is_error) counters.count_error();
  }

  asio::awaitable<void> refuse(int status, RequestRecord& record) {
    record.status = status;
    frontend_->statistics.count_request(TurnTime::now());
    co_await client_->stream.write_all(http::error_reply(status, {}, nullptr, frontend_->section),
                                       deadline_after(timeouts().client));
  }

  // Closing while the client still sends would reset the connection and may destroy the response
  // before the client has read it (RFC 9112, section 9.6): say that we are done, and listen a
  // little longer.
  asio::awaitable<void> linger() {
    constexpr auto kLinger = std::chrono::seconds(1);
    constexpr int kReadsMax = 64;
    if (client_->stream.resets_on_close()) co_return;
    client_->stream.shutdown_send();
    const base::TimePoint deadline = TurnTime::now() + kLinger;
    std::array<char, 4096> ignored;
    for (int reads = 0; reads < kReadsMax; ++reads) {
      if (!(co_await client_->stream.read(ignored, deadline)).ok()) co_return;
    }
  }

  // Goes on under that configuration. False: it does not have the frontend any more.
  bool follow(const std::shared_ptr<Service>& service) {
    Frontend* const frontend = service->find_frontend(frontend_->section.name);
    if (frontend == nullptr || frontend->section.mode != config::Mode::Http) return false;
    if (idle_ && !leads_on(*idle_, *service)) idle_.reset();
    (*listing_)->frontend = frontend_ = frontend;
    client_->bind = nullptr;  // it is in by now
    service_ = service;
    return true;
  }

  std::shared_ptr<Service> service_;
  Worker& worker_;
  Frontend* frontend_;  // of the service
  std::unique_ptr<ClientConnection> client_;
  std::unique_ptr<ServerConnection> idle_;
  std::optional<SessionListing> listing_;
  bool admitted_ = false;  // the rules of the connection let it in before
  bool asked_ = false;     // and its request was lost with the process
  bool waits_ = false;     // for a request's first byte
  bool silent_ = false;    // the connection sent nothing, and `option dontlognull` is set
};

}  // namespace

void start_http_session(Worker& worker, AcceptedClient client) {
  const auto live = [](std::unique_ptr<HttpSession> session) -> asio::awaitable<void> {
    co_await session->run();
  };
  const Frontend& frontend = *client.frontend;
  spawn_session(worker, frontend, live(std::make_unique<HttpSession>(worker, std::move(client))));
}

}  // namespace wslb::proxy

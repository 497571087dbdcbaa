// The second half of an Exchange: what comes back from the server.
#include <chrono>

#include "proxy/access_log.h"
#include "proxy/exchange.h"
#include "proxy/http/capture.h"
#include "proxy/http/connection.h"
#include "proxy/http/cookie.h"
#include "proxy/http/counted_size.h"
#include "proxy/turn_time.h"

namespace wslb::proxy {

namespace asio = boost::asio;

// Passes interim responses on until the final one is there. Nothing: the record says why.
asio::awaitable<std::optional<http::ResponseHead>> Exchange::read_final_head() {
  ServerConnection& server = *link_.connection;
  http::ResponseParser parser;
  for (;;) {
    const http::ParseStatus status = parser.parse(server.input.view());
    if (status == http::ParseStatus::Complete) {
      const std::size_t bytes = parser.head_bytes();
      http::ResponseHead head = parser.take_head();
      server.input.consume(bytes);
      if (!head.is_interim()) co_return head;
      if (!co_await forward_interim(std::move(head))) co_return std::nullopt;
      parser.reset();
      continue;
    }
    if (status == http::ParseStatus::Bad) {
      pool_->observe(link_.slot->server(), lb::Observation::BadHead);
      record_.end('P', 'H');
      service_.process.errors.note({.kind = ErrorCapture::Kind::Response,
                                    .frontend = frontend_.section.name,
                                    .backend = backend().name,
                                    .server = backend().servers[*record_.server].name,
                                    .client = client_.address,
                                    .reason = parser.rejection().reason},
                                   server.input.view());
      co_return std::nullopt;
    }
    if (upload_failed()) {  // before the wait too: it may have ended without one
      record_.end(upload_->end() == PumpEnd::SourceTimeout ? 'c' : 'C', 'D');
      co_return std::nullopt;
    }
    const IoResult received =
        co_await server.stream.read(server.input.room(), deadline_after(backend().timeouts.server));
    if (received.ok()) {
      response_begun_ = true;
      server.input.commit(received.bytes);
    } else if (!upload_failed()) {
      using lb::Observation;
      pool_->observe(link_.slot->server(),
                     received.status == IoStatus::Timeout ? Observation::ReadTimeout
                     : received.status == IoStatus::Eof   ? Observation::Closed
                                                          : Observation::ReadError);
      record_.end(received.status == IoStatus::Timeout ? 's' : 'S', 'H');
      co_return std::nullopt;
    }
  }
}

asio::awaitable<bool> Exchange::forward_interim(http::ResponseHead interim) {
  if (head_.version == http::Version::Http10) co_return true;  // RFC 9110, section 15.2
  record_.bytes_from_server += http::counted_size(interim);
  interim_sent_ = true;
  http::replace_hop_by_hop(interim.fields, http::Framing{}, http::NextHop::Default);
  const IoResult written = co_await client_.stream.write_all(
      http::serialise(interim), deadline_after(frontend_.section.timeouts.client));
  if (!written.ok()) record_.end(written.status == IoStatus::Timeout ? 'c' : 'C', 'H');
  co_return written.ok();
}

asio::awaitable<Exchange::End> Exchange::accept_upgrade(http::ResponseHead response) {
  if (!http::answers_upgrade(response, upgrade_)) {
    record_.end('P', 'H');
    co_return co_await refuse(502);
  }
  add_server_cookie(response);
  run_answer_rules(response);
  http::replace_hop_by_hop(response.fields, http::Framing{}, http::NextHop::WebSocket);
  greeting_ = http::serialise(response);
  co_return End::Tunnel;
}

// What came from the server, before anything is changed.
void Exchange::note_response(const http::ResponseHead& response) {
  const config::ProxySection& section = frontend_.section;
  pool_->observe(link_.slot->server(), lb::observed_status(response.status));
  record_.status = response.status;
  record_.bytes_from_server += http::counted_size(response);
  if (!section.response_captures.empty()) {
    record_.response_captures = http::capture_headers(section.response_captures, response.fields);
  }
  if (section.cookie_capture) {
    record_.response_cookie =
        http::capture_cookie(*section.cookie_capture, response.fields, "Set-Cookie");
  }
  write_access_log(service_, frontend_, client_.address, record_, LogMoment::Early);
}

void Exchange::add_server_cookie(http::ResponseHead& response) {
  if (!backend().cookie) return;
  const char done = http::answer_cookie(
      response, *backend().cookie,
      {.server_cookie = backend().servers[link_.slot->server()].cookie,
       .chosen_by_cookie = link_.slot->by_cookie() || persistence_ == Persistence::Ignored,
       .request_method = head_.method,
       .now = std::chrono::floor<std::chrono::seconds>(TurnTime::wall()),
       .dates = cookie_dates_});
  if (backend().cookie->is_logged()) record_.termination.server_cookie = done;
}

asio::awaitable<Exchange::End> Exchange::send_response(http::ResponseHead response) {
  const http::Framing from_server = http::response_framing(response, head_.method);
  if (from_server.kind == http::Framing::Kind::Bad) {
    record_.end('P', 'H');
    co_return co_await refuse(502);
  }
  const http::Framing to_client = http::framing_for_client(from_server, head_.version);
  const bool server_lives = http::keeps_alive(response) && !from_server.must_close &&
                            from_server.kind != http::Framing::Kind::UntilClose &&
                            !backend().options.http_server_close && !backend().options.httpclose &&
                            !frontend_.section.options.httpclose &&
                            !frontend_.section.options.http_server_close;
  const bool client_lives = client_keeps_alive_ && request_received() &&
                            !service_.process.draining && !to_client.must_close &&
                            to_client.kind != http::Framing::Kind::UntilClose;
  add_server_cookie(response);
  run_answer_rules(response);
  const auto next = !client_lives                            ? http::NextHop::Close
                    : head_.version == http::Version::Http10 ? http::NextHop::KeepAlive
                                                             : http::NextHop::Default;
  http::replace_hop_by_hop(response.fields, to_client, next);

  ServerConnection& server = *link_.connection;
  BodyPump pump{.from = server.stream,
                .input = server.input,
                .to = client_.stream,
                .decoder = http::BodyDecoder(from_server),
                .chunked = to_client.kind == http::Framing::Kind::Chunked,
                .read_timeout = backend().timeouts.server,
                .write_timeout = frontend_.section.timeouts.client,
                .on_progress = [this] {
                  if (!client_.stream.is_reading()) return;
                  client_.stream.extend_read(deadline_after(frontend_.section.timeouts.client));
                }};
  if (learner_) pump.on_data = [this](std::string_view data) { learner_->see(data); };
  const PumpEnd end = co_await pump.run(http::serialise(response));
  record_.bytes_from_server += pump.payload;
  if (end == PumpEnd::Done && from_server.kind == http::Framing::Kind::Chunked) {
    record_.bytes_from_server += http::kCountedTrailer;
  }
  note_pump_end(end);
  // Surplus bytes are nobody's answer: that connection must not serve another request.
  server_reusable_ = end == PumpEnd::Done && server_lives && server.input.empty();
  co_return end == PumpEnd::Done&& client_lives ? End::KeepAlive : End::Close;
}

void Exchange::note_pump_end(PumpEnd end) {
  switch (end) {
    case PumpEnd::Done:
    case PumpEnd::Stopped:
      return;
    case PumpEnd::SourceTimeout:
      record_.end('s', 'D');
      break;
    case PumpEnd::SourceClosed:
    case PumpEnd::SourceMalformed:
      record_.end('S', 'D');
      break;
    case PumpEnd::SinkTimeout:
      record_.end('c', 'D');
      return;
    case PumpEnd::SinkClosed:
      record_.end('C', 'D');
      return;
  }
  // Truncated: the client must not take it for complete.
  client_.stream.reset_on_close();
}

}  // namespace wslb::proxy

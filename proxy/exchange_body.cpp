// The part of an Exchange that is about the request's body: what rules see of it before it is
// forwarded, and its way to the server.
#include <string>

#include "proxy/exchange.h"
#include "proxy/http/characters.h"

namespace wslb::proxy {

namespace asio = boost::asio;

std::string_view Exchange::body_so_far() {
  if (framing_.kind == http::Framing::Kind::None) return {};
  if (!peek_) peek_.emplace(framing_);
  peek_->see(client_.input.view());
  return peek_->body();
}

// `option http-buffer-request`, and what a backend wants to balance by.
bool Exchange::wants_body(const config::ProxySection& section) const {
  const bool for_balance = section.balance.check_post && head_.method == "POST";
  return section.options.buffer_request || for_balance;
}

// The status of a refusal, or 0.
asio::awaitable<int> Exchange::buffer_body() {
  const auto& timeouts = frontend_.section.timeouts;
  co_return co_await wait_for_body(timeouts.http_request ? timeouts.http_request : timeouts.client,
                                   0);
}

// A request that never came whole counts as not received.
int Exchange::incomplete(char cause, int status) {
  record_.end(cause, 'R');
  record_.head_received.reset();
  return status;
}

// Until the body, `enough` bytes of it or a buffer of it are there.
asio::awaitable<int> Exchange::wait_for_body(std::optional<base::Duration> limit,
                                             std::size_t enough) {
  if (framing_.kind == http::Framing::Kind::None) co_return 0;
  const base::TimePoint deadline = deadline_after(limit);
  if (!co_await invite_body()) co_return 400;
  for (;;) {
    const std::size_t seen = body_so_far().size();
    if (peek_->bad()) co_return incomplete('P', 400);
    if (peek_->ended() || (enough > 0 && seen >= enough)) co_return 0;
    const auto room = client_.input.room();
    if (room.empty()) co_return 0;
    const IoResult received = co_await client_.stream.read(room, deadline);
    if (received.ok()) {
      client_.input.commit(received.bytes);
      continue;
    }
    const bool timeout = received.status == IoStatus::Timeout;
    co_return incomplete(timeout ? 'c' : 'C', timeout ? 408 : 400);
  }
}

// A client that waits to be asked for its body is asked by us then, not by the server.
asio::awaitable<bool> Exchange::invite_body() {
  const auto expected = head_.fields.find("Expect");
  const bool waits = expected && http::equal_ignoring_case(*expected, "100-continue") &&
                     head_.version == http::Version::Http11;
  if (!waits) co_return true;
  head_.fields.remove("Expect");
  if (!client_.input.empty()) co_return true;  // it did not wait
  const IoResult written = co_await client_.stream.write_all(
      "HTTP/1.1 100 Continue\r\n\r\n", deadline_after(frontend_.section.timeouts.client));
  co_return written.ok();
}

void Exchange::start_upload() {
  if (framing_.kind == http::Framing::Kind::None) return;
  Stream& server = link_.connection->stream;
  upload_ = std::make_shared<Upload>(
      BodyPump{.from = client_.stream,
               .input = client_.input,
               .to = server,
               .decoder = http::BodyDecoder(framing_),
               .chunked = framing_.kind == http::Framing::Kind::Chunked,
               .read_timeout = frontend_.section.timeouts.client,
               .write_timeout = backend().timeouts.server,
               .on_progress = [&server, timeout = backend().timeouts.server] {
                 if (server.is_reading()) server.extend_read(deadline_after(timeout));
               }});
  upload_->start([this, &server] {
    if (upload_failed()) server.cancel();
  });
}

bool Exchange::request_received() const {
  return !upload_ || (upload_->ended() && upload_->end() == PumpEnd::Done);
}

bool Exchange::upload_failed() const {
  if (!upload_ || !upload_->ended()) return false;
  return upload_->end() == PumpEnd::SourceTimeout || upload_->end() == PumpEnd::SourceClosed ||
         upload_->end() == PumpEnd::SourceMalformed;
}

}  // namespace wslb::proxy

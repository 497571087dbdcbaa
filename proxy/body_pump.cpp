#include "proxy/body_pump.h"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "proxy/connection.h"

namespace wslb::proxy {

namespace asio = boost::asio;

// Appends what the input holds of the body. False: it is malformed.
bool BodyPump::collect(std::string& out) {
  while (!decoder.finished() && !input.empty()) {
    const http::BodyDecoder::Step step = decoder.decode(input.view());
    if (step.status == http::BodyDecoder::Status::Bad) return false;
    payload += step.data.size();
    if (on_data) on_data(step.data);
    if (chunked) {
      http::append_chunk(out, step.data);
    } else {
      out += step.data;
    }
    input.consume(step.consumed);
  }
  return true;
}

asio::awaitable<PumpEnd> BodyPump::run(std::string head) {
  // Where both peers keep up nothing here would ever wait: the others of this thread get their
  // turn after so many bytes.
  constexpr std::uint64_t kTurnBytes = 256 * 1024;
  std::uint64_t next_turn = kTurnBytes;
  std::string out = std::move(head);
  for (;;) {
    if (sent >= next_turn) {
      next_turn = sent + kTurnBytes;
      co_await asio::post(from.executor(), asio::use_awaitable);
    }
    if (!collect(out)) co_return PumpEnd::SourceMalformed;
    const bool last = decoder.finished();
    if (last && chunked) out += http::kLastChunk;
    if (!out.empty()) {
      IoResult written = to.write_some(out);
      sent += written.bytes;
      if (written.ok() && written.bytes < out.size()) {
        const auto rest = std::string_view(out).substr(written.bytes);
        written = co_await to.write_all(rest, deadline_after(write_timeout));
        sent += written.bytes;
      }
      if (!written.ok()) {
        co_return written.status == IoStatus::Timeout ? PumpEnd::SinkTimeout : PumpEnd::SinkClosed;
      }
      on_progress();
      out.clear();
    }
    if (last) co_return PumpEnd::Done;
    if (stop) co_return PumpEnd::Stopped;
    const IoResult received = co_await from.read(input.room(), deadline_after(read_timeout));
    if (stop) co_return PumpEnd::Stopped;
    if (received.ok()) {
      input.commit(received.bytes);
    } else if (received.status == IoStatus::Timeout) {
      co_return PumpEnd::SourceTimeout;
    } else if (received.status != IoStatus::Eof || !decoder.end_of_input()) {
      co_return PumpEnd::SourceClosed;
    }
  }
}

}  // namespace wslb::proxy

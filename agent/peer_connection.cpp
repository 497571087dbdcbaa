#include "agent/peer_connection.h"

#include <algorithm>

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/bytes.h"

namespace wslb::agent {
namespace {

using boost::system::error_code;
using std::chrono::steady_clock;

constexpr std::size_t kOutputBytes = 65536;  // of one write, and one frame more

// What waits in the kernel makes adverts late.
constexpr int kUnsentBytesMax = 65536;

}  // namespace

PeerConnection::PeerConnection(Tcp::socket socket, PeerTls& tls, bool is_client,
                               sticky::PeerSession& session)
    : stream_(std::move(socket), tls.context()),
      is_client_(is_client),
      session_(session),
      timer_(stream_.get_executor()) {}

void PeerConnection::start() {
  error_code ignored;
  stream_.lowest_layer().set_option(Tcp::no_delay(true), ignored);
  ::setsockopt(stream_.lowest_layer().native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT,
               &kUnsentBytesMax, sizeof kUnsentBytesMax);
  heard_ = steady_clock::now();
  shake_hands();
  watch();
}

void PeerConnection::shake_hands() {
  const auto side =
      is_client_ ? boost::asio::ssl::stream_base::client : boost::asio::ssl::stream_base::server;
  stream_.async_handshake(side, [self = shared_from_this()](const error_code& error) {
    if (self->ended_) return;
    if (error) {
      return self->end("TLS handshake failed (" + error.message() +
                           "); has it the same secret file and cluster name?",
                       true);
    }
    self->handlers_.on_established();
    self->established_ = true;
    self->heard_ = steady_clock::now();
    self->session_.connect(self->heard_);
    self->read_header();
    self->beat_due_ = false;
    self->send();
  });
}

void PeerConnection::read_header() {
  boost::asio::async_read(stream_, boost::asio::buffer(header_),
                          [self = shared_from_this()](const error_code& error, std::size_t) {
                            if (self->ended_) return;
                            if (error)
                              return self->end("connection lost: " + error.message(), false);
                            const std::uint32_t length = base::ByteReader(self->header_).u32();
                            if (length == 0 || length > kPeerFrameBytesMax) {
                              return self->end(
                                  "sent a frame of " + std::to_string(length) + " bytes", true);
                            }
                            self->read_payload(length);
                          });
}

void PeerConnection::read_payload(std::size_t length) {
  input_.resize(length);
  boost::asio::async_read(stream_, boost::asio::buffer(input_),
                          [self = shared_from_this()](const error_code& error, std::size_t) {
                            if (self->ended_) return;
                            if (error)
                              return self->end("connection lost: " + error.message(), false);
                            self->heard_ = steady_clock::now();
                            if (!self->handle(self->input_)) return;
                            self->send();
                            self->handlers_.on_change();
                            if (!self->ended_) self->read_header();
                          });
}

bool PeerConnection::handle(base::ByteView payload) {
  const auto message = decoder_.decode(payload);
  if (!message) {
    end("sent something that is no message of the peer protocol", true);
    return false;
  }
  if (const auto* beat = std::get_if<PeerBeat>(&*message)) {
    newest_beat_us_ = beat->sent_us;
    if (beat->standing) peer_standing_ = beat->standing;
    const std::uint64_t now = microseconds_of(heard_);
    if (beat->echo_us > 0 && beat->echo_us <= now) {
      lag_ = std::chrono::microseconds(now - beat->echo_us);
    }
    return true;
  }
  if (const auto* advert = std::get_if<PeerAdvert>(&*message)) {
    // One that stood in a queue says nothing of how things are now.
    const auto late = transit_.excess(advert->sent_us, heard_);
    if (session_.connected() && late < advert->interval) handlers_.on_advert(*advert);
    return true;
  }
  const auto taken = session_.receive(std::get<sticky::Frame>(*message), heard_);
  if (!taken) end(taken.error().message, true);
  return !!taken;
}

std::string PeerConnection::next_output() {
  std::string output;
  const base::TimePoint now = steady_clock::now();
  if (std::exchange(beat_due_, false)) {
    output = encode(PeerBeat{microseconds_of(now), std::exchange(newest_beat_us_, 0), standing_});
  }
  for (const PeerAdvert& advert : adverts_) output += encode(advert);
  adverts_.clear();
  while (output.size() < kOutputBytes) {
    const auto frame = session_.next(now);
    if (!frame) break;
    output += encode(*frame);
  }
  return output;
}

void PeerConnection::tell(const PeerAdvert& advert) {
  if (!session_.connected()) return;
  const auto same = std::ranges::find(adverts_, advert.section, &PeerAdvert::section);
  (same == adverts_.end() ? adverts_.emplace_back() : *same) = advert;
  send();
}

void PeerConnection::send() {
  if (!established_ || writing_ || ended_) return;
  output_ = next_output();
  if (output_.empty()) return;
  writing_ = true;
  boost::asio::async_write(stream_, boost::asio::buffer(output_),
                           [self = shared_from_this()](const error_code& error, std::size_t) {
                             self->writing_ = false;
                             if (self->ended_) return;
                             if (error) {
                               return self->end("connection lost: " + error.message(), false);
                             }
                             self->send();
                           });
}

void PeerConnection::watch() {
  timer_.expires_after(kBeat);
  timer_.async_wait([self = shared_from_this()](const error_code& error) {
    if (error || self->ended_) return;
    const auto silence = steady_clock::now() - self->heard_;
    const auto limit = self->established_ ? kSilenceMax : kHandshakeMax;
    if (silence > limit) {
      return self->end(self->established_ ? "was silent for 2 s" : "did not shake hands within 5 s",
                       false);
    }
    self->beat_due_ = self->session_.connected();
    self->send();
    self->watch();
  });
}

void PeerConnection::close() {
  if (ended_) return;
  ended_ = true;
  timer_.cancel();
  error_code ignored;
  stream_.lowest_layer().close(ignored);
  if (established_) session_.disconnect(steady_clock::now());
}

void PeerConnection::end(const std::string& reason, bool is_refusal) {
  close();
  handlers_.on_end(reason, is_refusal);
}

}  // namespace wslb::agent

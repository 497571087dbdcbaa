// One TLS connection to a peer agent: shakes hands, carries the frames of a sticky::PeerSession
// both ways, and a beat several times a second by which each side knows that the other lives.
// Output is taken from the session when the peer can take more; nothing is queued. Used by
// PeerLinks, on the sticky thread.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agent/peer_codec.h"
#include "agent/peer_tls.h"
#include "agent/sticky/hub.h"
#include "agent/transit_delay.h"

namespace wslb::agent {

class PeerConnection : public std::enable_shared_from_this<PeerConnection> {
 public:
  using Tcp = boost::asio::ip::tcp;

  static constexpr std::chrono::milliseconds kBeat{200};
  static constexpr std::chrono::seconds kSilenceMax{2};
  static constexpr std::chrono::seconds kHandshakeMax{5};

  struct Handlers {
    std::function<void()> on_established;  // before the session hears of it
    std::function<void()> on_change;       // the session took something: others may have output now
    std::function<void(const PeerAdvert& advert)> on_advert;  // as fresh as adverts must be
    // Once. `is_refusal`: the peer, or its bytes, are not what they should be.
    std::function<void(const std::string& reason, bool is_refusal)> on_end;
  };

  PeerConnection(Tcp::socket socket, PeerTls& tls, bool is_client, sticky::PeerSession& session);

  void set_handlers(Handlers handlers) { handlers_ = std::move(handlers); }

  void start();
  void send();                          // what the session has; harmless at any time
  void tell(const PeerAdvert& advert);  // before all else
  void stand(std::shared_ptr<const proto::PeerStanding> standing) {
    standing_ = std::move(standing);
  }
  void close();

  // How the peer stands, as it said last.
  [[nodiscard]] std::optional<proto::PeerStanding> standing() const {
    return peer_standing_ ? std::optional(*peer_standing_) : std::nullopt;
  }
  [[nodiscard]] std::chrono::microseconds lag() const { return lag_; }  // of the last round trip

 private:
  void shake_hands();
  void read_header();
  void read_payload(std::size_t length);
  [[nodiscard]] bool handle(base::ByteView payload);
  void beat();
  void watch();
  void end(const std::string& reason, bool is_refusal);
  [[nodiscard]] std::string next_output();

  boost::asio::ssl::stream<Tcp::socket> stream_;
  bool is_client_;
  sticky::PeerSession& session_;
  Handlers handlers_;
  PeerDecoder decoder_;
  boost::asio::steady_timer timer_;
  bool established_ = false;
  bool writing_ = false;
  bool ended_ = false;
  bool beat_due_ = false;
  std::shared_ptr<const proto::PeerStanding> standing_;       // ours
  std::shared_ptr<const proto::PeerStanding> peer_standing_;  // null: it has not said
  std::vector<PeerAdvert> adverts_;  // to be told: the last one of each section
  TransitDelay transit_;
  base::TimePoint heard_{};
  std::uint64_t newest_beat_us_ = 0;  // of the peer's
  std::chrono::microseconds lag_{0};
  std::array<std::uint8_t, 4> header_{};
  base::Bytes input_;
  std::string output_;
};

}  // namespace wslb::agent

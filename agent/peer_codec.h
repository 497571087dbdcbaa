// The frames of agents as bytes (peer.proto) and back. Decoding is where a peer's bytes are
// checked: numbers in range, lengths bounded. Used by PeerConnection.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "agent/sticky/frame.h"
#include "base/bytes.h"
#include "base/ip_address.h"
#include "base/time.h"
#include "proto/peer.pb.h"

namespace wslb::agent {

inline constexpr std::size_t kPeerFrameBytesMax = std::size_t{1} << 20U;

// Says that the link lives, and how long a word takes.
struct PeerBeat {
  std::uint64_t sent_us = 0;
  std::uint64_t echo_us = 0;
  std::shared_ptr<const proto::PeerStanding> standing{};  // null: it is not said
};

// What the sender advertised by VRRP a moment ago (core::PeerAdvert).
struct PeerAdvert {
  std::string section;
  std::uint8_t priority = 0;
  std::chrono::microseconds interval{};
  base::IpAddress source;
  std::uint64_t sent_us = 0;
};

using PeerMessage = std::variant<sticky::Frame, PeerBeat, PeerAdvert>;

// As beats and adverts say when they were sent.
[[nodiscard]] std::uint64_t microseconds_of(base::TimePoint at);

// With its length in front.
[[nodiscard]] std::string encode(const sticky::Frame& frame);
[[nodiscard]] std::string encode(const PeerBeat& beat);
[[nodiscard]] std::string encode(const PeerAdvert& advert);

// Holds the bytes that the decoded message refers to.
class PeerDecoder {
 public:
  // `payload`: without its length. Nothing: it is no message of this protocol. Valid until the next
  // call.
  std::optional<PeerMessage> decode(base::ByteView payload);

 private:
  proto::PeerFrame frame_;
};

}  // namespace wslb::agent

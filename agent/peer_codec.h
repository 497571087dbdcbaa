// The frames of agents as bytes (peer.proto) and back. Decoding is where a peer's bytes are
// checked: numbers in range, lengths bounded. Used by PeerConnection.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "agent/sticky/frame.h"
#include "base/bytes.h"
#include "proto/peer.pb.h"

namespace wslb::agent {

inline constexpr std::size_t kPeerFrameBytesMax = std::size_t{1} << 20U;

// Says that the link lives, and how long a word takes.
struct PeerBeat {
  std::uint64_t sent_us = 0;
  std::uint64_t echo_us = 0;
};

using PeerMessage = std::variant<sticky::Frame, PeerBeat>;

// With its length in front.
[[nodiscard]] std::string encode(const sticky::Frame& frame);
[[nodiscard]] std::string encode(const PeerBeat& beat);

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

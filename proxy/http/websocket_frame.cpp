#include "proxy/http/websocket_frame.h"

#include <algorithm>

namespace wslb::proxy::http {
namespace {

constexpr std::uint8_t kFinal = 0x80;
constexpr std::uint8_t kReserved = 0x70;  // extensions may use RSV1, as permessage-deflate does
constexpr std::uint8_t kOpcode = 0x0f;
constexpr std::uint8_t kMasked = 0x80;
constexpr std::uint8_t kLength = 0x7f;
constexpr std::uint8_t kCloseOpcode = 8;
constexpr std::uint8_t kPingOpcode = 9;
constexpr std::uint8_t kLength16 = 126;
constexpr std::uint8_t kLength64 = 127;
constexpr std::size_t kMaskBytes = 4;

constexpr std::size_t length_bytes(std::uint8_t second) {
  const auto length = static_cast<std::uint8_t>(second & kLength);
  if (length == kLength16) return 2;
  return length == kLength64 ? 8 : 0;
}

char byte(unsigned value) {
  return static_cast<char>(static_cast<std::uint8_t>(value));
}

}  // namespace

std::size_t WebSocketFrames::header_needed() const {
  if (header_size_ < 2) return 2;
  const std::size_t mask = (header_[1] & kMasked) != 0 ? kMaskBytes : 0;
  return 2 + length_bytes(header_[1]) + mask;
}

std::optional<std::size_t> WebSocketFrames::feed(std::string_view data) {
  std::optional<std::size_t> boundary;
  std::size_t at = 0;
  while (at < data.size() && !broken_ && !closed_) {
    if (remaining_ > 0) {
      const auto skipped =
          static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, data.size() - at));
      remaining_ -= skipped;
      at += skipped;
    } else {
      header_[header_size_++] = static_cast<std::uint8_t>(data[at++]);
      if (header_size_ == header_needed()) take_header();
    }
    if (at_boundary()) boundary = at;
  }
  // A Close, or what is no frame, may have followed: nothing may come behind that.
  return broken_ || closed_ ? std::nullopt : boundary;
}

// What makes a frame impossible means that this is no WebSocket, or an attack on us: then we only
// pass bytes on.
void WebSocketFrames::take_header() {
  const auto opcode = static_cast<std::uint8_t>(header_[0] & kOpcode);
  const bool control = opcode >= kCloseOpcode;
  const std::uint8_t short_length = header_[1] & kLength;
  std::uint64_t length = short_length;
  const std::size_t bytes = length_bytes(header_[1]);
  if (bytes > 0) length = 0;
  for (std::size_t i = 0; i < bytes; ++i) length = length << 8U | header_[2 + i];
  const bool masked = (header_[1] & kMasked) != 0;
  const bool known = opcode <= 2 || (control && opcode <= 10);
  const bool whole = !control || ((header_[0] & kFinal) != 0 && short_length <= 125);
  const bool sane = length >> 63U == 0 && (header_[0] & kReserved & 0x30U) == 0;
  header_size_ = 0;
  broken_ = masked != (sender_ == WebSocketSender::Client) || !known || !whole || !sane;
  closed_ = !broken_ && opcode == kCloseOpcode;
  remaining_ = length;
}

std::string close_frame(std::uint16_t code) {
  return {byte(kFinal | kCloseOpcode), byte(2), byte(code >> 8U), byte(code)};
}

std::string ping_frame() {
  return {byte(kFinal | kPingOpcode), byte(0)};
}

std::string masked_close_frame(std::uint16_t code, std::uint32_t mask) {
  std::string frame{byte(kFinal | kCloseOpcode), byte(kMasked | 2U)};
  for (int shift = 24; shift >= 0; shift -= 8) frame += byte(mask >> static_cast<unsigned>(shift));
  frame += byte(static_cast<unsigned>(code >> 8U) ^ (mask >> 24U));
  frame += byte(static_cast<unsigned>(code) ^ (mask >> 16U));
  return frame;
}

}  // namespace wslb::proxy::http

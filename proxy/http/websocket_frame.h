// WebSocket frames as a proxy needs them (RFC 6455, section 5.2): where one ends and the next may
// begin, so that a Close or a Ping of our own can stand between two, and those two frames
// themselves. Payloads are never looked at. Used by proxy/websocket_care for tunnels whose
// frontend wants it; all others stay unparsed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wslb::proxy::http {

enum class WebSocketSender : std::uint8_t { Client, Server };

// One direction of a WebSocket, fed all of its bytes in their order, in any split.
class WebSocketFrames {
 public:
  explicit WebSocketFrames(WebSocketSender sender) : sender_(sender) {}

  // How many bytes of `data` lie before the last place in it where a frame of ours may stand;
  // nullopt: there is none, or it was there before `data` already.
  std::optional<std::size_t> feed(std::string_view data);

  // Between two frames, so that one of ours may follow. Never true once the bytes were no frames
  // that this sender may send, or its Close has passed: then nothing may follow.
  [[nodiscard]] bool at_boundary() const {
    return remaining_ == 0 && header_size_ == 0 && !broken_ && !closed_;
  }
  [[nodiscard]] bool closed() const { return closed_; }
  [[nodiscard]] bool broken() const { return broken_; }

 private:
  void take_header();
  [[nodiscard]] std::size_t header_needed() const;

  WebSocketSender sender_;
  std::uint64_t remaining_ = 0;          // payload bytes of the current frame still to come
  std::array<std::uint8_t, 14> header_;  // of a frame whose header is not whole
  std::size_t header_size_ = 0;
  bool closed_ = false;
  bool broken_ = false;
};

// Section 7.4.1.
inline constexpr std::uint16_t kCloseGoingAway = 1001;
inline constexpr std::uint16_t kCloseServiceRestart = 1012;

// As a server sends it to a client.
std::string close_frame(std::uint16_t code);
std::string ping_frame();
// As a client sends it to a server; section 5.3 wants `mask` to be random.
std::string masked_close_frame(std::uint16_t code, std::uint32_t mask);

}  // namespace wslb::proxy::http

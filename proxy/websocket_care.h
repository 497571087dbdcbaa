// What a tunnel does for its WebSocket beyond moving bytes, where the frontend asks for it: a Close
// to both sides at a frame boundary when the proxy is drained or stopped (`option
// websocket-close`), and Pings that find clients that are gone (`option websocket-ping`). Knows
// where frames end, never what is in them. Owned by its Tunnel; TunnelEngine says when.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "config/proxy_section.h"
#include "proxy/http/websocket_frame.h"
#include "proxy/timeouts.h"

namespace wslb::proxy {

class WebSocketCare {
 public:
  enum Sender : std::uint8_t { Client = 0, Server = 1 };

  // `ping`: unset: none.
  WebSocketCare(Tunnel& tunnel, bool closes, std::optional<config::WebSocketPing> ping);

  // Bytes received from one side, and a frame of ours to be put into the midst of them. What is to
  // be dropped, since our Close went before it, is in neither.
  struct Passage {
    std::string_view before;
    std::string ours;
    std::string_view after;
  };
  Passage receive(Sender from, std::string_view data);

  // A frame that may go out to that side at once; empty: none, receive() will place it.
  std::string say_close(Sender to, std::uint16_t code);
  std::string say_ping();

  [[nodiscard]] bool closes() const { return closes_; }
  [[nodiscard]] const std::optional<config::WebSocketPing>& ping() const { return ping_; }
  // Both sides have been told, and both have answered: nothing will follow.
  [[nodiscard]] bool is_over() const;
  [[nodiscard]] bool is_told() const { return code_.has_value(); }

  TunnelTimer farewell;  // runs until somebody must be told; then until the tunnel is cut
  TunnelTimer silence;   // of the client: until the next ping, then until it is given up
  bool pinged = false;   // and nothing has come from the client since

 private:
  [[nodiscard]] std::string close_for(Sender to) const;

  bool closes_;
  std::optional<config::WebSocketPing> ping_;
  std::array<http::WebSocketFrames, 2> frames_{
      http::WebSocketFrames(http::WebSocketSender::Client),
      http::WebSocketFrames(http::WebSocketSender::Server)};
  std::array<bool, 2> told_{};  // our Close went to that side
  std::optional<std::uint16_t> code_;
  bool ping_wanted_ = false;
};

}  // namespace wslb::proxy

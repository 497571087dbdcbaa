#include "proxy/websocket_care.h"

#include <random>

namespace wslb::proxy {
namespace {

WebSocketCare::Sender other(WebSocketCare::Sender side) {
  return side == WebSocketCare::Client ? WebSocketCare::Server : WebSocketCare::Client;
}

}  // namespace

WebSocketCare::WebSocketCare(Tunnel& tunnel, bool closes, std::optional<config::WebSocketPing> ping)
    : farewell(tunnel), silence(tunnel), closes_(closes), ping_(ping) {}

WebSocketCare::Passage WebSocketCare::receive(Sender from, std::string_view data) {
  const Sender to = other(from);
  const auto boundary = frames_[from].feed(data);
  if (told_[to]) return {};
  if (code_ && boundary) {
    told_[to] = true;
    return {data.substr(0, *boundary), close_for(to), {}};
  }
  if (ping_wanted_ && boundary && to == Client) {
    ping_wanted_ = false;
    return {data.substr(0, *boundary), http::ping_frame(), data.substr(*boundary)};
  }
  return {data, {}, {}};
}

std::string WebSocketCare::say_close(Sender to, std::uint16_t code) {
  code_ = code;
  if (told_[to] || !frames_[other(to)].at_boundary()) return {};
  told_[to] = true;
  return close_for(to);
}

std::string WebSocketCare::say_ping() {
  pinged = true;
  if (!frames_[Server].at_boundary()) {
    ping_wanted_ = true;
    return {};
  }
  return http::ping_frame();
}

std::string WebSocketCare::close_for(Sender to) const {
  if (to == Client) return http::close_frame(*code_);
  std::random_device random;
  return http::masked_close_frame(*code_, random());
}

bool WebSocketCare::is_over() const {
  return code_ && frames_[Client].closed() && frames_[Server].closed();
}

}  // namespace wslb::proxy

// The WebSocket opening handshake as a gateway sees it (RFC 6455, section 4). Only a request that
// is valid in every part may become a tunnel, and only after the server's 101 answers it with the
// right Sec-WebSocket-Accept. Other upgrades (h2c) are not offered to the server: the session
// forwards such a request as a plain one, since replace_hop_by_hop() drops its Upgrade.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/http/framing.h"
#include "proxy/http/rejection.h"
#include "proxy/http/request.h"
#include "proxy/http/response.h"

namespace wslb::proxy::http {

struct UpgradeRequest {
  enum class Kind : std::uint8_t {
    None,       // plain: no WebSocket asked for, or HTTP/1.0, which cannot upgrade
    WebSocket,  // valid: forward with NextHop::WebSocket
    Bad,        // asked for, but the handshake is wrong: answer `rejection`
  };

  Kind kind = Kind::None;
  Rejection rejection;
  std::string accept;  // WebSocket: the Sec-WebSocket-Accept that the server must answer with
};

UpgradeRequest upgrade_request(const RequestHead& head, const Framing& framing);

// Whether this 101 establishes the tunnel. Any other 101, or one that was not asked for, is a 502;
// until the 101, bytes that the client sent behind its request stay HTTP.
bool answers_upgrade(const ResponseHead& head, const UpgradeRequest& request);

// base64(SHA-1(key + GUID)), RFC 6455, section 4.2.2.
std::string websocket_accept(std::string_view key);

}  // namespace wslb::proxy::http

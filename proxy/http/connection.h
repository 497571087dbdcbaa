// What concerns one connection and not the message (RFC 9110, section 7.6.1): whether it is used
// again, and the fields that end at this hop. Called by the session on each head before it is
// serialised, before any field of our own is added: the client's Connection must not strip that.
#pragma once

#include <cstdint>

#include "proxy/http/fields.h"
#include "proxy/http/framing.h"
#include "proxy/http/request.h"
#include "proxy/http/response.h"

namespace wslb::proxy::http {

// Whether the sender lets its connection live after this message (RFC 9112, section 9.3). For a
// response also ask its Framing: UntilClose and must_close end the connection.
bool keeps_alive(const RequestHead& head);
bool keeps_alive(const ResponseHead& head);

// What the next hop is told in Connection.
enum class NextHop : std::uint8_t {
  Default,    // nothing: HTTP/1.1 persists by itself
  Close,      // Connection: close
  KeepAlive,  // Connection: keep-alive, for an HTTP/1.0 client that asked for it
  WebSocket,  // Connection: Upgrade and Upgrade: websocket, for a valid request or its 101
};

// Removes Connection, what it lists and the other hop-by-hop fields (never Host, Content-Length or
// Cookie by a listing), then writes Connection and the framing's field anew.
void replace_hop_by_hop(Fields& fields, const Framing& framing, NextHop next);

}  // namespace wslb::proxy::http

// What comes before the first byte that a session reads, where the bind line wants it: the PROXY
// header of the proxy in front of us and the TLS handshake. A client that sends something else is
// refused, counted and logged. Called first by both kinds of sessions.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "proxy/connection.h"
#include "proxy/service.h"

namespace wslb::proxy {

// False: the connection is over. Else client.address and client.destination are those that count.
boost::asio::awaitable<bool> receive_preamble(Service& service, Frontend& frontend,
                                              ClientConnection& client);

}  // namespace wslb::proxy

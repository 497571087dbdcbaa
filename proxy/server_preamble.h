// What a connection to a server begins with, before the first byte of the client's: the PROXY
// header. Used by sessions and by health checks.
#pragma once

#include <optional>

#include <boost/asio/awaitable.hpp>

#include "config/server.h"
#include "proxy/http/proxy_header.h"
#include "proxy/stream.h"

namespace wslb::proxy {

// For whom the connection is made.
struct ServerPreamble {
  config::SendProxy send_proxy = config::SendProxy::None;
  std::optional<http::ProxyAddresses> addresses;  // nothing: for ourselves, as checks are
};

// After connect().
boost::asio::awaitable<IoResult> send_preamble(Stream& stream, const ServerPreamble& preamble,
                                               base::TimePoint deadline);

}  // namespace wslb::proxy

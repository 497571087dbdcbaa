// What a connection to a server begins with, before the first byte of the client's: the PROXY
// header, the TLS handshake. Used by sessions and by health checks.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "config/server.h"
#include "proxy/http/proxy_header.h"
#include "proxy/stream.h"
#include "proxy/tls_server_context.h"

namespace wslb::proxy {

// For whom the connection is made.
struct ServerPreamble {
  config::SendProxy send_proxy = config::SendProxy::None;
  std::optional<http::ProxyAddresses> addresses;  // nothing: for ourselves, as checks are
  std::shared_ptr<TlsServerContext> tls;          // null: clear text
  std::string sni;
};

// After connect().
boost::asio::awaitable<IoResult> send_preamble(Stream& stream, const ServerPreamble& preamble,
                                               base::TimePoint deadline);

}  // namespace wslb::proxy

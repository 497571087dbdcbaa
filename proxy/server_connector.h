// Finds a server for a request and connects to it: slot, queue, retries and redispatch, as
// `retries`, `option redispatch`, `timeout connect` and `timeout queue` say.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "proxy/connection.h"
#include "proxy/http/fields.h"
#include "proxy/http/proxy_header.h"
#include "proxy/request_record.h"
#include "proxy/server_pool.h"
#include "proxy/tls_store.h"

namespace wslb::proxy {

struct ServerLink {
  std::optional<Slot> slot;  // none: no server could be reached; the record says why
  std::unique_ptr<ServerConnection> connection;
};

// What a server may be told of the client, and what its connection is chosen by.
struct ClientFacts {
  std::optional<http::ProxyAddresses> addresses;  // nothing: it came over a unix socket
  const TlsStore* tls = nullptr;
  std::string sni;                       // the name that the client asked for
  const http::Fields* fields = nullptr;  // of the request, in HTTP mode
};
// `fields` must outlive what is returned.
[[nodiscard]] ClientFacts client_facts(const ClientConnection& client, const TlsStore& tls,
                                       const http::Fields* fields = nullptr);

// What in the request decides where it goes.
struct Preference {
  std::optional<std::string_view> cookie = std::nullopt;  // the server's name in the client's
  std::optional<std::size_t> named = std::nullopt;        // see lb::Ask
  bool forced = false;                                    // likewise
  std::optional<std::uint32_t> hash = std::nullopt;       // where the backend balances by one
  std::optional<std::size_t> prefer = std::nullopt;       // see lb::Ask
  std::optional<std::size_t> avoid = std::nullopt;
  bool repeatable = false;  // see Exchange::may_resend()
};

// `idle`: a connection of this session that is used again if it leads to the chosen server; it is
// closed otherwise.
boost::asio::awaitable<ServerLink> connect_to_server(ServerPool& pool, const Preference& preference,
                                                     std::unique_ptr<ServerConnection> idle,
                                                     const ClientFacts& client,
                                                     RequestRecord& record);

}  // namespace wslb::proxy

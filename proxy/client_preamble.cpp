#include "proxy/client_preamble.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "proxy/http/proxy_header.h"
#include "proxy/refusal_log.h"

namespace wslb::proxy {

namespace asio = boost::asio;

namespace {

constexpr std::string_view kForeign = "the connection does not begin with a PROXY header";
constexpr std::string_view kMalformed = "malformed PROXY header";
constexpr std::string_view kTimeout = "timeout while waiting for the PROXY header";
constexpr std::string_view kClosed = "connection closed before the PROXY header";

// Empty: it was received. Nothing behind the header is taken from the socket, since it may belong
// to a TLS handshake.
asio::awaitable<std::string_view> receive_proxy_header(ClientConnection& client,
                                                       base::TimePoint deadline) {
  std::string received;
  std::array<char, 512> chunk;
  for (;;) {
    const IoResult seen = co_await client.stream.peek(chunk, deadline);
    if (seen.status == IoStatus::Timeout) co_return kTimeout;
    if (!seen.ok()) co_return kClosed;
    const std::size_t before = received.size();
    received.append(chunk.data(), seen.bytes);
    const http::ProxyHeader header = http::parse_proxy_header(received);
    if (header.status == http::ProxyHeader::Status::Foreign) co_return kForeign;
    if (header.status == http::ProxyHeader::Status::Malformed) co_return kMalformed;
    const bool complete = header.status == http::ProxyHeader::Status::Complete;
    std::size_t left = complete ? header.bytes - before : seen.bytes;
    while (left > 0) {  // what was seen is there, so this does not wait
      const IoResult taken =
          co_await client.stream.read({chunk.data(), std::min(left, chunk.size())}, deadline);
      if (!taken.ok()) co_return kClosed;
      left -= taken.bytes;
    }
    if (!complete) continue;
    if (header.addresses) {
      client.address = header.addresses->source;
      client.destination = header.addresses->destination;
    }
    co_return std::string_view();
  }
}

}  // namespace

asio::awaitable<bool> receive_preamble(Service& service, Frontend& frontend,
                                       ClientConnection& client) {
  if (!client.bind->accept_proxy) co_return true;
  const base::TimePoint deadline = deadline_after(frontend.section.timeouts.client);
  const std::string_view refusal = co_await receive_proxy_header(client, deadline);
  if (refusal.empty()) co_return true;
  ++frontend.refused_connections;
  const bool sent_nothing = refusal == kTimeout || refusal == kClosed;
  if (!sent_nothing || !frontend.section.options.dontlognull) {
    log_refusal(service, frontend, client, refusal);
  }
  co_return false;
}

}  // namespace wslb::proxy

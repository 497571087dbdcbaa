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

constexpr std::string_view kHeaderForeign = "the connection does not begin with a PROXY header";
constexpr std::string_view kHeaderMalformed = "malformed PROXY header";
constexpr std::string_view kHeaderTimeout = "timeout while waiting for the PROXY header";
constexpr std::string_view kHeaderMissing = "connection closed before the PROXY header";

// Empty: it was received. Nothing behind the header is taken from the socket, since it may belong
// to a TLS handshake.
asio::awaitable<std::string_view> receive_proxy_header(ClientConnection& client,
                                                       base::TimePoint deadline) {
  std::string received;
  std::array<char, 512> chunk;
  for (;;) {
    const IoResult seen = co_await client.stream.peek(chunk, deadline);
    if (seen.status == IoStatus::Timeout) co_return kHeaderTimeout;
    if (!seen.ok()) co_return kHeaderMissing;
    const std::size_t before = received.size();
    received.append(chunk.data(), seen.bytes);
    const http::ProxyHeader header = http::parse_proxy_header(received);
    if (header.status == http::ProxyHeader::Status::Foreign) co_return kHeaderForeign;
    if (header.status == http::ProxyHeader::Status::Malformed) co_return kHeaderMalformed;
    const bool complete = header.status == http::ProxyHeader::Status::Complete;
    std::size_t left = complete ? header.bytes - before : seen.bytes;
    while (left > 0) {  // what was seen is there, so this does not wait
      const IoResult taken =
          co_await client.stream.read({chunk.data(), std::min(left, chunk.size())}, deadline);
      if (!taken.ok()) co_return kHeaderMissing;
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

// Empty: the handshake is done.
asio::awaitable<std::string> shake_hands(const TlsStore& store, ClientConnection& client,
                                         base::TimePoint deadline) {
  auto context = store.find(*client.bind);
  const IoResult done =
      co_await client.stream.start_tls(context->accept(client.stream.fd()), deadline);
  if (done.status == IoStatus::Timeout) co_return "Timeout during SSL handshake";
  if (!done.ok()) co_return "SSL handshake failure (" + client.stream.tls()->reason() + ")";
  client.tls = std::make_shared<const TlsFacts>(client.stream.tls()->facts());
  co_return std::string();
}

}  // namespace

asio::awaitable<bool> receive_preamble(Service& service, Frontend& frontend,
                                       ClientConnection& client) {
  const base::TimePoint deadline = deadline_after(frontend.section.timeouts.client);
  std::string refusal;
  if (client.bind->accept_proxy) refusal = co_await receive_proxy_header(client, deadline);
  const bool sent_nothing = refusal == kHeaderTimeout || refusal == kHeaderMissing;
  if (refusal.empty() && client.bind->tls.enabled) {
    refusal = co_await shake_hands(*service.tls, client, deadline);
  }
  if (refusal.empty()) co_return true;
  ++frontend.refused_connections;
  if (!sent_nothing || !frontend.section.options.dontlognull) {
    log_refusal(service, frontend, client, refusal);
  }
  co_return false;
}

}  // namespace wslb::proxy

#include "proxy/server_preamble.h"

namespace wslb::proxy {

boost::asio::awaitable<IoResult> send_preamble(Stream& stream, const ServerPreamble& preamble,
                                               base::TimePoint deadline) {
  if (preamble.send_proxy != config::SendProxy::None) {
    const auto version = preamble.send_proxy == config::SendProxy::V1 ? http::ProxyVersion::V1
                                                                      : http::ProxyVersion::V2;
    const IoResult sent = co_await stream.write_all(
        http::serialise_proxy_header(version, preamble.addresses), deadline);
    if (!sent.ok()) co_return sent;
  }
  if (!preamble.tls) co_return IoResult{};
  co_return co_await stream.start_tls(preamble.tls->connect(stream.fd(), preamble.sni), deadline);
}

}  // namespace wslb::proxy

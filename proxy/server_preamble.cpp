#include "proxy/server_preamble.h"

namespace wslb::proxy {

boost::asio::awaitable<IoResult> send_preamble(Stream& stream, const ServerPreamble& preamble,
                                               base::TimePoint deadline) {
  if (preamble.send_proxy == config::SendProxy::None) co_return IoResult{};
  const auto version = preamble.send_proxy == config::SendProxy::V1 ? http::ProxyVersion::V1
                                                                    : http::ProxyVersion::V2;
  co_return co_await stream.write_all(http::serialise_proxy_header(version, preamble.addresses),
                                      deadline);
}

}  // namespace wslb::proxy

#include "proxy/live_traffic.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sys/socket.h>

#include "proxy/worker.h"

namespace wslb::proxy {

namespace asio = boost::asio;

void OpenTunnel::cut() const {
  ::shutdown(tunnel->fd(Tunnel::Client), SHUT_RDWR);
  ::shutdown(tunnel->fd(Tunnel::Server), SHUT_RDWR);
}

void LiveTraffic::add(const OpenTunnel& open) {
  for (Bytes* bytes : {&frontends[open.frontend], &servers[{open.pool, open.server}]}) {
    bytes->in += open.tunnel->received(Tunnel::Client);
    bytes->out += open.tunnel->received(Tunnel::Server);
    ++bytes->tunnels;
  }
}

LiveTraffic::Bytes LiveTraffic::of(const Frontend& frontend) const {
  const auto found = frontends.find(&frontend);
  return found == frontends.end() ? Bytes{} : found->second;
}

LiveTraffic::Bytes LiveTraffic::of(const ServerPool& pool, std::size_t server) const {
  const auto found = servers.find({&pool, server});
  return found == servers.end() ? Bytes{} : found->second;
}

asio::awaitable<LiveTraffic> gather_traffic(const std::vector<std::unique_ptr<Worker>>& workers) {
  LiveTraffic live;
  for (const auto& worker : workers) {
    const auto add = [](LiveTraffic& sum, const Worker& one) -> asio::awaitable<void> {
      for (const OpenTunnel& open : one.tunnels) sum.add(open);
      co_return;
    };
    co_await asio::co_spawn(worker->context, add(live, *worker), asio::use_awaitable);
  }
  co_return live;
}

}  // namespace wslb::proxy

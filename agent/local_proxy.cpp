#include "agent/local_proxy.h"

namespace wslb::agent {

base::Result<std::unique_ptr<LocalProxy>> LocalProxy::open(boost::asio::io_context& io,
                                                           const config::Cluster& cluster,
                                                           const RunDir& run_dir,
                                                           const std::string& node,
                                                           const Handlers& handlers) {
  auto proxy = std::make_unique<LocalProxy>(io, cluster, run_dir);
  if (cluster.external_proxy) {
    auto external =
        ExternalProxy::open(io, *cluster.external_proxy, {handlers.on_ready, handlers.on_lost});
    if (!external) return external.error();
    proxy->external_ = std::move(*external);
  } else {
    auto link = ProxyLink::open(io, run_dir.path("agent.sock"), node,
                                {handlers.on_ready, handlers.on_lost, handlers.make_stream});
    if (!link) return link.error();
    proxy->link_ = std::move(*link);
  }
  return proxy;
}

LocalProxy::LocalProxy(boost::asio::io_context& io, const config::Cluster& cluster,
                       const RunDir& run_dir)
    : has_command_(!cluster.proxy_command.empty()),
      process_(io, cluster.proxy_command, run_dir.path("proxy.pid")) {}

void LocalProxy::start() {
  if (has_command_) process_.start();
}

void LocalProxy::report(ShellFigures& figures) const {
  if (external_) {
    figures.proxy_kind = "external";
    figures.proxy_starting = external_->starting();
    figures.proxy_reason = external_->reason();
    return;
  }
  figures.proxy_starting = !link_->hangs() && (process_.running() || link_->connected());
  figures.tunnels = link_->tunnels();
  figures.link_garbage = link_->counters().garbage;
  figures.link_refused = link_->counters().refused;
}

}  // namespace wslb::agent

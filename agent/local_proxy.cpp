#include "agent/local_proxy.h"

#include <boost/asio/post.hpp>

#include "agent/privileges.h"

namespace wslb::agent {

base::Result<std::unique_ptr<LocalProxy>> LocalProxy::open(boost::asio::io_context& io,
                                                           const config::Cluster& cluster,
                                                           const RunDir& run_dir,
                                                           const std::string& node,
                                                           const Handlers& handlers) {
  auto proxy = std::make_unique<LocalProxy>(io, cluster, run_dir, handlers);
  if (!cluster.external_proxy) {
    const auto opened = proxy->open_link(run_dir.path("agent.sock"), node);
    if (!opened) return opened.error();
    return proxy;
  }
  const auto on_lost = [lost = handlers.on_lost](const std::string& reason) {
    lost(reason, false);
  };
  auto external = ExternalProxy::open(io, *cluster.external_proxy, {handlers.on_ready, on_lost});
  if (!external) return external.error();
  proxy->external_ = std::move(*external);
  return proxy;
}

// The vault's thread begins here, before this thread's priority, which a new one would have too.
LocalProxy::LocalProxy(boost::asio::io_context& io, const config::Cluster& cluster,
                       const RunDir& run_dir, Handlers handlers)
    : io_(io),
      handlers_(std::move(handlers)),
      has_command_(!cluster.proxy_command.empty()),
      process_(io, cluster.proxy_command, run_dir.path("proxy.pid")) {
  if (cluster.patience() == base::Duration(0)) return;
  vault_ = std::make_unique<VaultService>(cluster.patience(), raise_descriptor_limit());
  vault_->start();
}

base::Result<void> LocalProxy::open_link(const std::string& socket_path, const std::string& node) {
  ProxyLink::Handlers handlers{.on_ready = handlers_.on_ready,
                               .on_lost =
                                   [this](const std::string& reason, bool died) {
                                     if (died && vault_) vault_->orphan();
                                     handlers_.on_lost(reason, died && vault_ && vault_->keeps());
                                   },
                               .make_sticky_stream = handlers_.make_sticky_stream};
  if (vault_) handlers.make_vault_stream = [this] { return vault_->make_stream(); };
  auto link = ProxyLink::open(io_, socket_path, node, std::move(handlers));
  if (!link) return link.error();
  link_ = std::move(*link);
  return {};
}

void LocalProxy::start() {
  if (has_command_) process_.start();
}

void LocalProxy::stop(std::function<void()> done) {
  process_.stop([this, done = std::move(done)] {
    if (vault_) vault_->stop();
    done();
  });
}

void LocalProxy::reload(bool hard, ProxyLink::ReloadAnswer answer) {
  if (external_)
    return answer({"the proxy is none of wslb's (`proxy external`): reload it itself"});
  link_->reload(hard, std::move(answer));
}

void LocalProxy::ask(const proto::ProxyQuestion& question, ProxyQuestions::Answer answer) {
  if (external_) {
    return answer(base::Error{"the proxy is none of wslb's (`proxy external`): ask it itself"});
  }
  link_->ask(question, std::move(answer));
}

void LocalProxy::end_kept() {
  if (!vault_) return handlers_.on_kept_ended();
  vault_->end_connections([this] { boost::asio::post(io_, handlers_.on_kept_ended); });
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
  if (vault_) figures.vault = vault_->figures();
}

}  // namespace wslb::agent

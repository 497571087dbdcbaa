#include "proxy/tls_store.h"

namespace wslb::proxy {
namespace {

template <typename Map>
typename Map::mapped_type look_up(const Map& map, const config::Location& where) {
  const auto found = map.find(where);
  return found == map.end() ? nullptr : found->second;
}

}  // namespace

bool TlsStore::load(config::Diagnostics& diagnostics) {
  auto loaded = std::make_shared<Contexts>();
  const config::GlobalTls& global = config_.global.tls;
  for (const config::ProxySection& section : config_.proxies) {
    for (const config::Bind& bind : section.binds) {
      if (!bind.tls.enabled || loaded->binds.contains(bind.where)) continue;
      loaded->binds[bind.where] = TlsBindContext::load(bind, global, diagnostics);
    }
    for (const config::Server& server : section.servers) {
      const bool needed =
          server.tls.enabled || server.tls.for_checks.value_or(false) || server.tls.for_check_steps;
      if (!needed || loaded->servers.contains(server.where)) continue;
      loaded->servers[server.where] = TlsServerContext::load(server, diagnostics);
    }
  }
  if (diagnostics.has_errors()) return false;
  const std::lock_guard lock(mutex_);
  contexts_ = std::move(loaded);
  return true;
}

std::shared_ptr<const TlsStore::Contexts> TlsStore::contexts() const {
  const std::lock_guard lock(mutex_);
  return contexts_;
}

std::shared_ptr<const TlsBindContext> TlsStore::find(const config::Bind& bind) const {
  return look_up(contexts()->binds, bind.where);
}

std::shared_ptr<TlsServerContext> TlsStore::find(const config::Server& server) const {
  return look_up(contexts()->servers, server.where);
}

}  // namespace wslb::proxy

#include "proxy/tls_store.h"

namespace wslb::proxy {
namespace {

template <typename Map>
typename Map::mapped_type look_up(const Map& map, const config::Location& where) {
  const auto found = map.find(where);
  return found == map.end() ? nullptr : found->second;
}

}  // namespace

bool TlsStore::load(const config::Config& config, config::Diagnostics& diagnostics) {
  for (const config::ProxySection& section : config.proxies) {
    for (const config::Bind& bind : section.binds) {
      if (!bind.tls.enabled || binds_.contains(bind.where)) continue;
      binds_[bind.where] = TlsBindContext::load(bind, config.global.tls, diagnostics);
    }
    for (const config::Server& server : section.servers) load(server, diagnostics);
  }
  return !diagnostics.has_errors();
}

bool TlsStore::load(const config::Server& server, config::Diagnostics& diagnostics) {
  const bool needed =
      server.tls.enabled || server.tls.for_checks.value_or(false) || server.tls.for_check_steps;
  if (needed && !servers_.contains(server.where)) {
    servers_[server.where] = TlsServerContext::load(server, diagnostics);
  }
  return !diagnostics.has_errors();
}

std::shared_ptr<const TlsBindContext> TlsStore::find(const config::Bind& bind) const {
  return look_up(binds_, bind.where);
}

std::shared_ptr<TlsServerContext> TlsStore::find(const config::Server& server) const {
  return look_up(servers_, server.where);
}

}  // namespace wslb::proxy

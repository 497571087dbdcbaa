#include "proxy/routing.h"

#include <algorithm>
#include <string>

#include "proxy/http/acl.h"
#include "proxy/http/rule_text.h"

namespace wslb::proxy {

ServerPool* route(const Service& service, const Frontend& frontend,
                  const http::Transaction& transaction) {
  const auto& rules = frontend.section.use_backends;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (!http::holds(rules[i].condition, transaction)) continue;
    if (rules[i].format.empty()) return frontend.use_backends[i];
    // A name that says nothing leads to the default backend, whatever rules follow.
    const auto pool = service.pools.find(http::fill_in(rules[i].format, transaction));
    const bool fits =
        pool != service.pools.end() && pool->second->section().mode == frontend.section.mode;
    return fits ? pool->second.get() : frontend.default_backend;
  }
  return frontend.default_backend;
}

Persistence persistence(const config::ProxySection& backend, const http::Transaction& transaction) {
  for (const config::PersistRule& rule : backend.persist_rules) {
    if (!http::holds(rule.condition, transaction)) continue;
    return rule.forces ? Persistence::Forced : Persistence::Ignored;
  }
  return Persistence::Normal;
}

std::optional<std::size_t> named_server(const ServerPool& pool,
                                        const http::Transaction& transaction,
                                        Persistence persistence) {
  const auto& servers = pool.section().servers;
  for (const config::UseServer& rule : pool.section().use_servers) {
    if (!http::holds(rule.condition, transaction)) continue;
    const std::string name =
        rule.format.empty() ? rule.server : http::fill_in(rule.format, transaction);
    const auto found = std::ranges::find(servers, name, &config::Server::name);
    if (found == servers.end()) return std::nullopt;
    const auto server = static_cast<std::size_t>(found - servers.begin());
    if (pool.takes_named(server, persistence == Persistence::Forced)) return server;
  }
  return std::nullopt;
}

}  // namespace wslb::proxy

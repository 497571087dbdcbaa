#include "proxy/http/forwarded.h"

#include <optional>

namespace wslb::proxy::http {

namespace {

using Rule = std::optional<config::ForwardFor>;

bool excepts(const Rule& rule, const base::IpAddress& address) {
  return rule && rule->except && rule->except->contains(address);
}

void add(RequestHead& head, const Rule& frontend, const Rule& backend,
         const base::IpAddress& address) {
  const Rule& rule = backend ? backend : frontend;
  if (address.is_unspecified()) return;  // a unix socket has none
  if (!rule || excepts(frontend, address) || excepts(backend, address)) return;
  const bool always = (frontend && !frontend->if_none) || (backend && !backend->if_none);
  if (!always && head.fields.count(rule->header) > 0) return;
  head.fields.add(rule->header, address.to_string());
}

}  // namespace

void add_forwarded(RequestHead& head, const config::ProxyOptions& frontend,
                   const config::ProxyOptions& backend, const base::IpAddress& client,
                   const base::IpAddress& destination) {
  add(head, frontend.forward_for, backend.forward_for, client);
  add(head, frontend.original_to, backend.original_to, destination);
}

}  // namespace wslb::proxy::http

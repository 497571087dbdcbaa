// Servers that are named by host, and the `resolvers` that they are to ask.
#include <algorithm>
#include <string>

#include "config/check.h"

namespace wslb::config {
namespace {

void check_server(const ProxySection& section, const Server& server, const Draft& draft,
                  Diagnostics& diagnostics) {
  const std::string& wanted = server.resolution.resolvers;
  const std::string name = "'server' '" + server.name + "' ";
  if (wanted.empty()) {
    if (server.resolution.is_service) {
      diagnostics.error(server.where, name + "is named by the service '" + server.host +
                                          "', which only 'resolvers NAME' can ask for");
    } else if (!server.host.empty() && server.init_address.may_lack) {
      diagnostics.error(server.where,
                        name +
                            "may begin without an address ('init-addr none'), but nobody asks "
                            "for one later; add 'resolvers NAME'");
    }
    return;
  }
  const auto name_of = [](const ResolversDraft& each) { return each.section.name; };
  if (std::ranges::count(draft.resolvers, wanted, name_of) == 0) {
    diagnostics.error(server.where,
                      name + "names the resolvers '" + wanted + "', but there is no such section");
  }
  const bool dynamic_cookie = section.cookie && section.cookie->dynamic && server.cookie.empty();
  if (dynamic_cookie && !server.host.empty()) {
    diagnostics.error(server.where, name +
                                        "has an address that changes, and 'cookie ... dynamic' "
                                        "makes its cookie of it; give it a 'cookie'");
  }
}

}  // namespace

void check_resolvers(const Draft& draft, Diagnostics& diagnostics) {
  for (const ResolversDraft& each : draft.resolvers) {
    if (!each.section.servers.empty() || each.asks_system) continue;
    diagnostics.warning(each.section.where,
                        "'resolvers' '" + each.section.name + "' has no 'nameserver' to ask");
  }
  for (const ProxyDraft& proxy : draft.proxies) {
    for (const Server& server : proxy.section.servers) {
      check_server(proxy.section, server, draft, diagnostics);
    }
  }
}

}  // namespace wslb::config

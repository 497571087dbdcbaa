#include "proxy/server_names.h"

#include <cstring>
#include <map>
#include <memory>
#include <string>

#include <netdb.h>
#include <sys/socket.h>

#include "base/result.h"
#include "config/dynamic_cookie.h"
#include "proxy/socket_address.h"

namespace wslb::proxy {
namespace {

using Found = base::Result<base::IpAddress>;

Found ask_system(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (error != 0) return base::Error{::gai_strerror(error)};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  sockaddr_storage address{};
  std::memcpy(&address, list->ai_addr, list->ai_addrlen);
  return SocketAddress::to_endpoint(address).address;
}

class Resolver {
 public:
  Found find(const config::Server& server) {
    Found found = base::Error{"'init-addr' names nothing to ask"};
    if (server.init_address.from_system) found = cached(server.host);
    if (!found && server.init_address.fallback) return *server.init_address.fallback;
    return found;
  }

 private:
  Found cached(const std::string& host) {
    const auto known = known_.find(host);
    if (known != known_.end()) return known->second;
    return known_.emplace(host, ask_system(host)).first->second;
  }

  std::map<std::string, Found> known_;
};

}  // namespace

void resolve_server_names(config::Config& config, config::Diagnostics& diagnostics) {
  Resolver resolver;
  for (config::ProxySection& section : config.proxies) {
    for (config::Server& server : section.servers) {
      if (server.host.empty() || server.resolution.is_service) continue;
      const Found found = resolver.find(server);
      if (!found && server.init_address.may_lack) continue;
      if (!found) {
        diagnostics.error(server.where, "'server' '" + server.host +
                                            "' has no address: " + found.error().message +
                                            "; mend the name, /etc/hosts or DNS, or give a last "
                                            "resort by 'init-addr libc,ADDRESS'");
        continue;
      }
      server.address.address = *found;
      const bool makes_cookie = section.cookie && !section.cookie->dynamic_key.empty();
      if (makes_cookie && server.cookie.empty()) {
        server.cookie = config::dynamic_cookie(section.cookie->dynamic_key, server.address);
      }
    }
  }
}

}  // namespace wslb::proxy

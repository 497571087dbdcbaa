#include "proxy/service.h"

#include <utility>

namespace wslb::proxy {

Service::Service(const config::Config& loaded, std::uint32_t maxconn, SyslogSender sender)
    : config(loaded), syslog(std::move(sender)), gate(maxconn) {
  for (const config::ProxySection& section : config.proxies) {
    if (section.is_backend() && !section.servers.empty()) {
      pools.emplace(section.name, std::make_unique<ServerPool>(section));
    }
  }
  const auto find_pool = [this](const std::string& name) {
    const auto pool = pools.find(name);
    return pool == pools.end() ? nullptr : pool->second.get();
  };
  for (const config::ProxySection& section : config.proxies) {
    if (!section.is_frontend()) continue;
    const std::uint32_t limit = section.maxconn > 0 ? section.maxconn : maxconn;
    auto frontend = std::make_unique<Frontend>(section, limit);
    for (const config::UseBackend& rule : section.use_backends) {
      frontend->use_backends.push_back(find_pool(rule.backend));
    }
    if (!section.default_backend.empty()) {
      frontend->default_backend = find_pool(section.default_backend);
    } else if (section.is_backend()) {
      frontend->default_backend = find_pool(section.name);
    }
    frontends.push_back(std::move(frontend));
  }
}

}  // namespace wslb::proxy

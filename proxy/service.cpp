#include "proxy/service.h"

#include <algorithm>
#include <array>
#include <utility>

#include <unistd.h>

namespace wslb::proxy {

namespace {

// Where it is not configured: a tenth of all clients that may be sent to the backend.
std::uint32_t fullconn_of(const config::ProxySection& backend, const config::Config& config,
                          std::uint32_t maxconn) {
  if (backend.fullconn > 0) return backend.fullconn;
  std::uint64_t clients = 0;
  for (const config::ProxySection& section : config.proxies) {
    if (!section.is_frontend()) continue;
    const bool sends =
        &section == &backend || section.default_backend == backend.name ||
        std::ranges::count(section.use_backends, backend.name, &config::UseBackend::backend) > 0;
    if (sends) clients += section.maxconn > 0 ? section.maxconn : maxconn;
  }
  return static_cast<std::uint32_t>((clients + 9) / 10);
}

std::string system_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

}  // namespace

Service::Service(const config::Config& loaded, std::uint32_t maxconn, SyslogSender sender)
    : config(loaded), syslog(std::move(sender)), gate(maxconn), host_name(system_name()) {
  for (const config::ProxySection& section : config.proxies) {
    if (section.is_backend()) {
      pools.emplace(section.name,
                    std::make_unique<ServerPool>(section, fullconn_of(section, config, maxconn)));
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

bool Service::has_proxy(std::string_view name) const {
  return std::ranges::count(config.proxies, name, &config::ProxySection::name) > 0;
}

}  // namespace wslb::proxy

#include "proxy/service.h"

#include <algorithm>
#include <utility>

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

// Those of the frontend of that name, with the limit that holds now.
std::shared_ptr<FrontendFigures> figures_of(const config::ProxySection& section,
                                            std::uint32_t maxconn, const Service* before) {
  Frontend* const known = before == nullptr ? nullptr : before->find_frontend(section.name);
  if (known == nullptr) return std::make_shared<FrontendFigures>(maxconn);
  if (std::exchange(known->figures->configured_maxconn, maxconn) != maxconn) {
    known->gate.set_max(maxconn);
  }
  return known->figures;
}

}  // namespace

Service::Service(std::shared_ptr<const config::Config> loaded,
                 std::shared_ptr<TlsStore> certificates, ProcessState& running,
                 const Service* before)
    : loaded_config(std::move(loaded)),
      tls(std::move(certificates)),
      process(running),
      stick_tables(config, before == nullptr ? nullptr : &before->stick_tables) {
  const std::uint32_t maxconn = process.configured_maxconn;
  for (const config::ProxySection& section : config.proxies) {
    if (!section.is_backend()) continue;
    const ServerPool* const known = before == nullptr ? nullptr : before->find_pool(section.name);
    pools.emplace(section.name, std::make_unique<ServerPool>(
                                    section, fullconn_of(section, config, maxconn), known));
  }
  for (const config::ProxySection& section : config.proxies) {
    if (!section.is_frontend()) continue;
    const std::uint32_t limit = section.maxconn > 0 ? section.maxconn : maxconn;
    auto frontend = std::make_unique<Frontend>(section, figures_of(section, limit, before));
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

Frontend* Service::find_frontend(std::string_view name) const {
  const auto found = std::ranges::find_if(
      frontends, [name](const auto& frontend) { return frontend->section.name == name; });
  return found == frontends.end() ? nullptr : found->get();
}

ServerPool* Service::find_pool(std::string_view backend) const {
  const auto found = pools.find(backend);
  return found == pools.end() ? nullptr : found->second.get();
}

ConnectionLease lease_again(Service& service, Frontend& frontend) {
  return {{std::shared_ptr<ConnectionGate>(std::shared_ptr<void>(), &service.process.gate),
           std::shared_ptr<ConnectionGate>(frontend.figures, &frontend.gate),
           std::make_shared<ConnectionGate>(ConnectionGate::kUnlimited)},
          service.process.on_connection_end};
}

}  // namespace wslb::proxy

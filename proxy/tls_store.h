// Every TLS context that the configuration asks for. load() reads all certificates; doing it again
// while the proxy serves replaces them for new connections, and nothing changes after an error.
// Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "config/config.h"
#include "proxy/tls_bind_context.h"
#include "proxy/tls_server_context.h"

namespace wslb::proxy {

class TlsStore {
 public:
  // `config` must outlive it.
  explicit TlsStore(const config::Config& config) : config_(config) {}

  // Errors and warnings go to `diagnostics`. False: nothing was replaced.
  bool load(config::Diagnostics& diagnostics);

  // Null only for lines without TLS.
  [[nodiscard]] std::shared_ptr<const TlsBindContext> find(const config::Bind& bind) const;
  [[nodiscard]] std::shared_ptr<TlsServerContext> find(const config::Server& server) const;

 private:
  // By line: what one line says holds for all its addresses.
  struct Contexts {
    std::map<config::Location, std::shared_ptr<const TlsBindContext>> binds;
    std::map<config::Location, std::shared_ptr<TlsServerContext>> servers;
  };
  [[nodiscard]] std::shared_ptr<const Contexts> contexts() const;

  const config::Config& config_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Contexts> contexts_ = std::make_shared<const Contexts>();
};

}  // namespace wslb::proxy

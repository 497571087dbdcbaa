// Every TLS context that a configuration asks for. load() reads all certificates. A reload makes
// another store; connections keep the contexts that they began with.
#pragma once

#include <map>
#include <memory>

#include "config/config.h"
#include "proxy/tls_bind_context.h"
#include "proxy/tls_server_context.h"

namespace wslb::proxy {

class TlsStore {
 public:
  // Once, before other threads see it. Errors and warnings go to `diagnostics`. False: not all are
  // good.
  bool load(const config::Config& config, config::Diagnostics& diagnostics);
  // Likewise of one more server.
  bool load(const config::Server& server, config::Diagnostics& diagnostics);

  // Null only for lines without TLS.
  [[nodiscard]] std::shared_ptr<const TlsBindContext> find(const config::Bind& bind) const;
  [[nodiscard]] std::shared_ptr<TlsServerContext> find(const config::Server& server) const;

 private:
  // By line: what one line says holds for all its addresses.
  std::map<config::Location, std::shared_ptr<const TlsBindContext>> binds_;
  std::map<config::Location, std::shared_ptr<TlsServerContext>> servers_;
};

}  // namespace wslb::proxy

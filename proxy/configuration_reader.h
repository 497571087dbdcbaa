// Reads the configuration with all that it names: files, certificates, addresses of host names.
// Used when the proxy starts and for each reload; may take as long as the disk and DNS do.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "proxy/tls_store.h"

namespace wslb::proxy {

// What the command line says about the configuration, the same for each reload.
struct ConfigurationSource {
  std::vector<std::string> paths;  // of files, and of directories, whose *.cfg files count
  config::Dialect dialect = config::Dialect::Modern;
};

struct ReadConfiguration {
  std::shared_ptr<const config::Config> config;  // null: it does not check, `messages` say why
  std::shared_ptr<TlsStore> tls;                 // loaded
  std::vector<std::string> messages;             // errors and warnings, whole lines

  [[nodiscard]] bool listens() const;  // it has a `bind` line
};

[[nodiscard]] ReadConfiguration read_configuration(const ConfigurationSource& source);

}  // namespace wslb::proxy

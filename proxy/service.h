// A configuration made live: what every session can reach. A reload makes a new one from the one
// before, with whose figures, connections and health it goes on; sessions move to it as soon as
// they can, and the old one ends with the last that cannot.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "proxy/frontend.h"
#include "proxy/process_state.h"
#include "proxy/server_pool.h"
#include "proxy/stick_table.h"
#include "proxy/tls_store.h"

namespace wslb::proxy {

struct Service : std::enable_shared_from_this<Service> {
  // `certificates`: loaded, of that configuration. `before`: in whose place it comes; null: none.
  Service(std::shared_ptr<const config::Config> loaded, std::shared_ptr<TlsStore> certificates,
          ProcessState& running, const Service* before = nullptr);
  Service(const Service&) = delete;

  [[nodiscard]] bool has_proxy(std::string_view name) const;
  [[nodiscard]] Frontend* find_frontend(std::string_view name) const;  // null: there is none
  [[nodiscard]] ServerPool* find_pool(std::string_view backend) const;

  std::shared_ptr<const config::Config> loaded_config;
  const config::Config& config = *loaded_config;
  std::shared_ptr<TlsStore> tls;
  ProcessState& process;
  const StickTables stick_tables;
  std::map<std::string, std::unique_ptr<ServerPool>, std::less<>> pools;
  std::vector<std::unique_ptr<Frontend>> frontends;
};

// The place of a connection that a process before this one had accepted; its bind line's gate is
// not known any more. Whoever is over the limit stays.
[[nodiscard]] ConnectionLease lease_again(Service& service, Frontend& frontend);

}  // namespace wslb::proxy

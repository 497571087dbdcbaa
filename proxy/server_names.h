// Finds the addresses of servers that the configuration names by host, as HAProxy does when it
// starts: by the system's resolver (/etc/hosts, DNS), once. main() calls it after loading.
#pragma once

#include "config/config.h"

namespace wslb::proxy {

// Waits for the resolver. Adds to `diagnostics` the servers that have no address then.
void resolve_server_names(config::Config& config, config::Diagnostics& diagnostics);

}  // namespace wslb::proxy

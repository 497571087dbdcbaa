// Servers that come and go while the proxy runs (`add server`, `del server`), as lines of a
// configuration that is complete and in use.
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "config/config.h"

namespace wslb::config {

// `line`: NAME ADDRESS OPTION... `where`: what stands for its place in a file. As HAProxy: nothing
// of `default-server`; in maintenance unless it is `enabled`; some options are for files alone. The
// error tells all that is wrong.
[[nodiscard]] base::Result<Server> parse_added_server(const Config& config,
                                                      const ProxySection& section,
                                                      std::span<const std::string> line,
                                                      const Location& where);

// Whether another server tracks it or a condition asks about it.
[[nodiscard]] bool is_referred_to(const Config& config, const ProxySection& section,
                                  const std::string& server);

}  // namespace wslb::config

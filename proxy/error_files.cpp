#include "proxy/error_files.h"

#include "base/file.h"
#include "proxy/http/error_reply.h"

namespace wslb::proxy {

void read_error_files(config::Config& config, config::Diagnostics& diagnostics) {
  for (config::ProxySection& section : config.proxies) {
    for (auto& [status, reply] : section.error_replies) {
      if (reply.file.empty()) continue;
      const auto text = base::read_file(reply.file);
      if (!text) {
        diagnostics.error(reply.where, "'errorfile' " + text.error().message);
        continue;
      }
      auto message = http::checked_error_file(*text);
      if (message) {
        reply.message = std::move(*message);
      } else {
        diagnostics.error(reply.where,
                          "'errorfile' '" + reply.file + "' " + message.error().message);
      }
    }
  }
}

}  // namespace wslb::proxy

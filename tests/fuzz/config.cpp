// Whatever the text, load() returns, and a configuration without errors keeps its promises.
#include "config/config.h"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace wslb::config {
namespace {

void check(const Config& config) {
  for (const auto& vrrp : config.vrrps) {
    if (vrrp.vips.empty() || vrrp.vrid == 0 || !config.cluster) std::abort();
  }
  for (const auto& proxy : config.proxies) {
    for (const auto& rule : proxy.use_backends) {
      const bool known = config.find_backend(rule.backend) != nullptr;
      if (!known && rule.format.empty()) std::abort();
    }
    for (const auto& server : proxy.servers) {
      const bool has_port = server.address.port > 0 || server.resolution.is_service;
      if (!has_port || server.weight > 256) std::abort();
    }
  }
}

}  // namespace
}  // namespace wslb::config

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wslb;
  const std::string text(data, data + size);
  const config::Environment environment{{"NAME", "value"}, {"LIST", "a b"}, {"EMPTY", ""}};
  // Every file that it names holds the same text.
  const config::ReadFile read = [&text](const std::string&) -> base::Result<std::string> {
    return text;
  };
  for (const auto dialect : {config::Dialect::Modern, config::Dialect::WithHaproxy1}) {
    const auto result = config::load({{"fuzz.cfg", text}}, environment, read, dialect);
    if (!result.diagnostics.has_errors()) config::check(result.config);
  }
  return 0;
}

// Whatever the text, load() returns, and a configuration without errors keeps its promises.
#include "config/config.h"

#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wslb;
  const std::string text(data, data + size);
  const config::Environment environment{{"NAME", "value"}, {"LIST", "a b"}, {"EMPTY", ""}};
  // Every file that it names holds the same text.
  const config::ReadFile read = [&text](const std::string&) -> base::Result<std::string> {
    return text;
  };
  const auto result = config::load({{"fuzz.cfg", text}}, environment, read);
  if (result.diagnostics.has_errors()) return 0;
  for (const auto& vrrp : result.config.vrrps) {
    if (vrrp.vips.empty() || vrrp.vrid == 0 || !result.config.cluster) std::abort();
  }
  for (const auto& proxy : result.config.proxies) {
    for (const auto& rule : proxy.use_backends) {
      const bool known = result.config.find_backend(rule.backend) != nullptr;
      if (!known && rule.format.empty()) std::abort();
    }
    for (const auto& server : proxy.servers) {
      if (server.address.port == 0 || server.weight > 256) std::abort();
    }
  }
  return 0;
}

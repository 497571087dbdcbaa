// Any first packet: what is found lies within it, and an address has its port.
#include "proxy/http/rdp_cookie.h"

#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wslb::proxy::http;
  const std::string content(data, data + size);
  for (const auto* const name : {"", "msts", "mstshash"}) {
    const auto cookie = rdp_cookie(content, name);
    if (!cookie) continue;
    if (cookie->find('\r') != std::string_view::npos) std::abort();
    const auto server = rdp_server(*cookie);
    if (server && !server->address.is_v4()) std::abort();
  }
  return 0;
}

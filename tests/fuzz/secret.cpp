// The secret file against any bytes: keys have ids of their own, or there is one clear line.
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string_view>

#include "vrrp/keyring.h"

using namespace wslb;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto keys = vrrp::parse_secret({reinterpret_cast<const char*>(data), size});
  if (!keys) {
    const std::string& message = keys.error().message;
    if (message.empty() || message.find('\n') != std::string::npos) std::abort();
    return 0;
  }
  std::set<int> ids;
  for (const vrrp::NumberedKey& key : *keys) {
    if (key.id == 0 || !ids.insert(key.id).second) std::abort();
  }
  if (ids.empty()) std::abort();
  return 0;
}

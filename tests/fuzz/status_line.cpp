// Whatever a checked server answers: a status within its range, or none.
#include "agent/status_line.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto status = wslb::agent::parse_status({reinterpret_cast<const char*>(data), size});
  if (status && (*status < 100 || *status > 999 || size < wslb::agent::kStatusLineBytes)) {
    std::abort();
  }
  return 0;
}

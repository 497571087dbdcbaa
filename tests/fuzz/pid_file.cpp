// Whatever a pid file holds: a few positive numbers.
#include <cstdint>
#include <cstdlib>

#include "agent/process_table.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto pids = wslb::agent::parse_pid_file({reinterpret_cast<const char*>(data), size});
  if (pids.size() > 64) std::abort();
  for (const std::int32_t pid : pids) {
    if (pid <= 0) std::abort();
  }
  return 0;
}

// What a stranger may send to ctl.sock: frames, and requests within them.
#include "agent/control_frame.h"

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "proto/control.pb.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wslb;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  agent::FrameReader whole;
  whole.append(bytes);
  agent::FrameReader cut;
  // The verdict does not depend on where the bytes were cut.
  const std::size_t half = size / 2;
  cut.append(bytes.substr(0, half));
  std::optional<std::string> early = cut.next();
  cut.append(bytes.substr(half));
  while (const auto frame = whole.next()) {
    const auto other = early ? std::exchange(early, std::nullopt) : cut.next();
    if (other != frame) std::abort();
    proto::ControlRequest request;
    if (request.ParseFromString(*frame)) std::ignore = request.SerializeAsString();
  }
  if (early || cut.next() || cut.broken() != whole.broken()) std::abort();
  return 0;
}

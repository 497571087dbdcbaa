// What a proxy may send on its sticky stream: a row of packets, each with two bytes of length.
#include <cstdlib>

#include "agent/proxy_stream.h"
#include "agent/sticky/hub.h"
#include "base/bytes.h"

namespace {

constexpr wslb::base::TimePoint kNow{std::chrono::hours(1)};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wslb::agent::sticky::Hub hub({"edge", "lb1", 5, 7}, {"lb2"}, kNow, {kNow, 1000});
  auto& session = hub.proxy();
  session.connect();
  wslb::base::ByteReader rest({data, size});
  while (rest.remaining() > 2) {
    const std::size_t length = rest.u16();
    const auto packet = rest.take(length);
    if (!rest.ok() || !wslb::agent::take_packet(packet, session, kNow)) break;
    for (int i = 0; i < 8 && session.next(kNow); ++i) {
    }
  }
  session.disconnect(kNow);
  for (int i = 0; i < 60; ++i) hub.tick(kNow + std::chrono::hours(24 * i));
  return 0;
}

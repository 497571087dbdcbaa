// What a peer agent may send: a row of frames, each with two bytes of length, into a hub. Whatever
// it is, the replica stays consistent.
#include <cstdlib>

#include "agent/peer_codec.h"
#include "agent/sticky/hub.h"
#include "base/bytes.h"

namespace {

using wslb::agent::PeerDecoder;
using wslb::agent::sticky::Frame;
using wslb::agent::sticky::Hub;

constexpr wslb::base::TimePoint kNow{std::chrono::hours(1)};

// What it knows can be told on, all of it.
void check(Hub& hub) {
  std::size_t count = 0;
  wslb::agent::sticky::Replica::Cursor cursor(hub.replica());
  while (const auto* entry = cursor.advance()) {
    ++count;
    if (hub.replica().find(entry->table, entry->key()) != entry) std::abort();
  }
  if (count != hub.replica().size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Hub hub({"edge", "lb1", 5, 7}, {"lb2"}, kNow, {kNow, 1000});
  auto& session = *hub.find_peer("lb2");
  session.connect(kNow);
  PeerDecoder decoder;
  wslb::base::ByteReader rest({data, size});
  while (rest.remaining() > 2) {
    const std::size_t length = rest.u16();
    const auto message = decoder.decode(rest.take(length));
    if (!rest.ok() || !message) break;
    const auto* const frame = std::get_if<Frame>(&*message);
    if (frame != nullptr && !session.receive(*frame, kNow)) break;
    for (int i = 0; i < 8; ++i) {
      const auto next = session.next(kNow);
      if (!next) break;
      if (wslb::agent::encode(*next).size() > wslb::agent::kPeerFrameBytesMax) std::abort();
    }
  }
  check(hub);
  session.disconnect(kNow);
  for (int i = 0; i < 60; ++i) hub.tick(kNow + std::chrono::hours(24 * 400 * i));
  check(hub);
  return 0;
}

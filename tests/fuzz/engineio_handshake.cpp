// What a server says first, and the query of a request: the answer does not depend on how the
// bytes are cut, and an id is always short and plain. The first byte says of which form they are.
#include "proxy/http/engineio_handshake.h"

#include <cstdint>
#include <cstdlib>

#include "proxy/http/engineio_query.h"

namespace {

using namespace wslb::proxy::http;

EngineIoHandshake read(EngineIoHandshake::Form form, std::string_view bytes, std::size_t piece) {
  EngineIoHandshake handshake(form);
  for (std::size_t at = 0; at < bytes.size(); at += piece) handshake.feed(bytes.substr(at, piece));
  return handshake;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 4096) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto form =
      data[0] % 2 == 0 ? EngineIoHandshake::Form::PollingBody : EngineIoHandshake::Form::WebSocket;
  const EngineIoHandshake whole = read(form, bytes, size);
  const EngineIoHandshake cut = read(form, bytes, 1);
  if (whole.sid() != cut.sid() || whole.done() != cut.done()) std::abort();
  if (whole.sid().size() > kEngineIoSidBytesMax) std::abort();
  for (const char c : whole.sid()) {
    if (c <= ' ' || c > '~') std::abort();
  }
  const auto sid = engineio_sid(bytes);
  if (sid && (sid->empty() || sid->size() > kEngineIoSidBytesMax)) std::abort();
  if (sid && opens_engineio(bytes)) std::abort();
  return 0;
}

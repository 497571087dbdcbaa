#include "proxy/http/body_peek.h"

namespace wslb::proxy::http {

void BodyPeek::see(std::string_view received) {
  while (seen_ < received.size() && !ended()) {
    const BodyDecoder::Step step = decoder_.decode(received.substr(seen_));
    body_ += step.data;
    seen_ += step.consumed;
    if (step.consumed == 0) return;
  }
}

}  // namespace wslb::proxy::http

// The begin of a request's body, seen before it is forwarded: what rules ask for with req.body. The
// received bytes stay where they are. Bounded by the connection's buffer.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "proxy/http/body.h"

namespace wslb::proxy::http {

class BodyPeek {
 public:
  explicit BodyPeek(const Framing& framing) : decoder_(framing) {}

  // All that has been received behind the head; what was seen before is not looked at again.
  void see(std::string_view received);

  [[nodiscard]] std::string_view body() const { return body_; }
  // The whole body was seen, or what was received is none.
  [[nodiscard]] bool ended() const { return decoder_.finished() || decoder_.bad(); }
  [[nodiscard]] bool bad() const { return decoder_.bad(); }

 private:
  BodyDecoder decoder_;
  std::size_t seen_ = 0;
  std::string body_;
};

}  // namespace wslb::proxy::http

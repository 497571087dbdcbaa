// Reads the session's id out of the first thing that an Engine.IO server says: the body of the
// response to a polling request (`0{"sid":"..."`, protocol 4; `97:0{"sid":"..."` or the same with
// binary lengths, protocol 3), or the first message of a WebSocket. It is shown copies of the bytes
// as they pass, in pieces of any size, and looks at the first KiB at most. Compressed or otherwise
// unknown forms have no id: Engine.IO compresses nothing as short as its handshake. Fed by the
// exchange and the tunnel for the rule `stick on engineio-sid`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wslb::proxy::http {

class EngineIoHandshake {
 public:
  enum class Form : std::uint8_t {
    PollingBody,  // without the framing of HTTP
    WebSocket     // what the server sends behind its 101
  };
  static constexpr std::size_t kBytesMax = 1024;

  explicit EngineIoHandshake(Form form) : form_(form) {}

  void feed(std::string_view piece);

  // Nothing that may follow changes the answer.
  [[nodiscard]] bool done() const { return done_; }
  // Empty: there is none, or none yet.
  [[nodiscard]] const std::string& sid() const { return sid_; }

 private:
  Form form_;
  std::string seen_;  // given back once it is done
  std::string sid_;
  bool done_ = false;
};

}  // namespace wslb::proxy::http

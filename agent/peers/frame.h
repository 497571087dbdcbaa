// The frames of HAProxy's peers protocol: a class, a type and, for types from 128 on, a length and
// that many bytes. A length is believed only up to what HAProxy's own buffers hold, so a reader
// never keeps more than one such frame and what the last append() brought. Used by Session.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"

namespace wslb::agent::peers {

inline constexpr std::size_t kPayloadBytesMax = 16384;
inline constexpr std::size_t kLineBytesMax = 1024;

enum class MessageClass : std::uint8_t { Control = 0, Error = 1, Table = 10 };
enum class ControlType : std::uint8_t { Request, Finished, Partial, Confirm, Heartbeat };
enum class ErrorType : std::uint8_t { Protocol, SizeLimit };
enum class TableType : std::uint8_t {
  Update = 0x80,
  Incremental,
  Define,
  Switch,
  Ack,
  TimedUpdate,
  TimedIncremental
};

// Valid until the reader is used again.
struct Frame {
  std::uint8_t message_class = 0;
  std::uint8_t type = 0;
  base::ByteView payload;
};

class FrameReader {
 public:
  void append(base::ByteView bytes);
  // The next whole frame; nothing also where the bytes are too_long().
  std::optional<Frame> next();
  // Up to and without the next LF, for the lines of the handshake; nothing before it is there, and
  // where it is too_long().
  std::optional<std::string> next_line();

  // A frame announces more than kPayloadBytesMax, or a line has more than kLineBytesMax: nothing
  // after that can be understood.
  [[nodiscard]] bool too_long() const { return too_long_; }

 private:
  base::Bytes buffer_;
  std::size_t begin_ = 0;  // what lies before was given out
  bool too_long_ = false;
};

void append_control(base::Bytes& out, ControlType type);
void append_error(base::Bytes& out, ErrorType type);
void append_frame(base::Bytes& out, TableType type, base::ByteView payload);

}  // namespace wslb::agent::peers

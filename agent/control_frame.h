// The frames of ctl.sock and status.sock: a length of 4 bytes, big-endian, and so many bytes of
// protobuf. FrameReader is fed whatever a client sends, in any pieces, and never holds more than
// one frame and what came with it. Knows no socket; used by ControlSession.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace wslb::agent {

inline constexpr std::size_t kFrameHeaderBytes = 4;
// Of a request; real ones have some tens of bytes. Responses may have up to 1 MiB.
inline constexpr std::size_t kRequestBytesMax = 65536;

class FrameReader {
 public:
  void append(std::string_view bytes) { buffer_ += bytes; }

  // The next complete frame without its length; nullopt: more is needed, or broken().
  [[nodiscard]] std::optional<std::string> next();

  // The client announced a frame longer than kRequestBytesMax: nothing that follows means anything.
  [[nodiscard]] bool broken() const { return broken_; }
  [[nodiscard]] std::size_t buffered_bytes() const { return buffer_.size(); }

 private:
  std::string buffer_;
  bool broken_ = false;
};

// `payload` with its length before it.
[[nodiscard]] std::string encode_frame(std::string_view payload);

}  // namespace wslb::agent

// Takes the framing off a body that arrives in any split and hands out the spans of its data: no
// copy, no buffer. Chunks are read strictly (RFC 9112, section 7.1): CRLF only, legal extensions,
// bounded; extensions and trailers are checked and dropped. A message forwarded in chunks is
// chunked anew by append_chunk() or ChunkHeader.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/http/chunk_line.h"
#include "proxy/http/framing.h"

namespace wslb::proxy::http {

class BodyDecoder {
 public:
  enum class Status : std::uint8_t { More, Finished, Bad };

  struct Step {
    Status status = Status::More;
    std::size_t consumed = 0;  // bytes of the input that are dealt with
    std::string_view data;     // the body's bytes among them, a part of the input
  };

  // A body of no bytes, finished from the start.
  BodyDecoder() = default;
  explicit BodyDecoder(const Framing& framing);

  // Returns at the end of a run of data, so call again with the rest of the input until it is used
  // up or the status is not More. After Finished nothing is consumed: what follows is the next
  // message. After Bad, cut both connections: what was forwarded must not look complete.
  Step decode(std::string_view input);

  // The peer closed its side. True: that is the end of the body (UntilClose) or it was finished
  // before; false: the body is truncated and must be passed on as such.
  bool end_of_input();

  [[nodiscard]] bool finished() const { return state_ == State::Finished; }
  [[nodiscard]] bool bad() const { return state_ == State::Bad; }
  // Data bytes still to come: of the body (Length) or of the current chunk.
  [[nodiscard]] std::uint64_t remaining() const { return remaining_; }

 private:
  enum class State : std::uint8_t { Data, ChunkData, ChunkLine, UntilClose, Finished, Bad };

  Step decode_chunk_line(std::string_view input);

  State state_ = State::Finished;
  std::uint64_t remaining_ = 0;
  ChunkLine line_;
};

// The line before a chunk: its size in hex and CRLF. Behind the data comes kChunkEnd.
class ChunkHeader {
 public:
  explicit ChunkHeader(std::uint64_t size);  // not 0: that is kLastChunk
  [[nodiscard]] std::string_view text() const { return {text_.data(), size_}; }

 private:
  std::array<char, 18> text_;
  std::size_t size_;
};

inline constexpr std::string_view kChunkEnd = "\r\n";
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

// Appends data as one chunk; nothing for empty data, which would end the body.
void append_chunk(std::string& out, std::string_view data);

}  // namespace wslb::proxy::http

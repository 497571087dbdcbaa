// What lies between the data of a chunked body, as a state machine over single bytes: size line,
// extensions, CRLF after the data, trailer section (RFC 9112, sections 7.1 to 7.1.2). Used by
// BodyDecoder only.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wslb::proxy::http {

class ChunkLine {
 public:
  enum class Event : std::uint8_t { More, Data, End, Bad };

  // More: feed on. Data: size() bytes of data follow, then data_done(). End: the body is over.
  Event feed(char c);
  void data_done() { state_ = State::DataCr; }
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  // In the order of the grammar: feed() counts by ranges.
  enum class State : std::uint8_t {
    SizeFirst,
    Size,
    BeforeSemicolon,
    NameFirst,
    Name,
    AfterName,
    ValueFirst,
    Value,
    Quoted,
    QuotedPair,
    AfterValue,
    SizeLf,
    DataCr,
    DataLf,
    TrailerFirst,
    TrailerName,
    TrailerValue,
    TrailerLf,
    LastLf,
  };

  Event go(State next);
  Event step(char c);
  Event add_digit(char c);
  Event extension_or_end(char c);
  Event size_line_done();

  State state_ = State::SizeFirst;
  std::uint64_t size_ = 0;
  std::uint32_t size_digits_ = 0;
  // Of the whole body: an endless extension costs a sender nothing and us everything
  // (CVE-2024-22019, CVE-2023-39326).
  std::uint32_t extension_bytes_ = 0;
  std::uint32_t trailer_bytes_ = 0;
};

}  // namespace wslb::proxy::http

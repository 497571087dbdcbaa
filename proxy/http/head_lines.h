// What request and response heads have in common: the walk over their lines within the limits, and
// the field lines (RFC 9112, section 5). Remembers offsets, not views, because the caller's buffer
// may move between two calls; once the head is whole, take_fields() copies its text once and makes
// the views. Used by RequestParser and ResponseParser only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "proxy/http/fields.h"
#include "proxy/http/limits.h"
#include "proxy/http/rejection.h"

namespace wslb::proxy::http {

class HeadLines {
 public:
  // Bytes of the buffer; 32 bits hold any head.
  struct Span {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;

    [[nodiscard]] std::string_view of(std::string_view text) const {
      return {text.data() + begin, size};
    }
  };

  explicit HeadLines(const Limits& limits) : limits_(limits) {}

  // The next line without its end; nullopt: it is not whole yet, see exhausted().
  std::optional<std::string_view> next(std::string_view buffer);

  // After next() returned nullopt: no line end within the limit, more bytes will not help.
  [[nodiscard]] bool exhausted(std::string_view buffer) const {
    return buffer.size() >= limits_.head_bytes;
  }

  // Where the next line begins; after the empty line: the size of the head.
  [[nodiscard]] std::size_t position() const { return position_; }
  // Bytes of the unfinished line that the last next() saw.
  [[nodiscard]] std::size_t pending() const { return scanned_ - position_; }

  // Checks a field line that next() returned and remembers it. Status 400 or 431 if it is refused.
  Rejection add_field(std::string_view line, std::string_view buffer);

  // The fields of the whole head; `head` is their text, a copy of the buffer that `fields` keeps.
  void take_fields(Fields& fields, std::string_view head) const;

  static Span span_of(std::string_view part, std::string_view buffer) {
    return {static_cast<std::uint32_t>(part.data() - buffer.data()),
            static_cast<std::uint32_t>(part.size())};
  }

  void reset();

 private:
  struct FieldSpans {
    Span name;
    Span value;
  };

  Limits limits_;
  std::size_t position_ = 0;
  std::size_t scanned_ = 0;  // no LF in [position_, scanned_)
  std::vector<FieldSpans> fields_;
};

}  // namespace wslb::proxy::http

#include "proxy/http/chunk_line.h"

#include "proxy/http/characters.h"

namespace wslb::proxy::http {

namespace {

constexpr std::uint32_t kExtensionBytesMax = 16 * 1024;
constexpr std::uint32_t kTrailerBytesMax = 16 * 1024;
constexpr std::uint32_t kSizeDigitsMax = 16;  // with leading zeros
constexpr std::uint64_t kSizeMax = (std::uint64_t{1} << 62U) - 1;

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

constexpr unsigned hex_value(char c) {
  return is(kDigit, c) ? static_cast<unsigned>(c - '0')
                       : static_cast<unsigned>(lower(c) - 'a' + 10);
}

}  // namespace

ChunkLine::Event ChunkLine::go(State next) {
  state_ = next;
  return Event::More;
}

ChunkLine::Event ChunkLine::feed(char c) {
  const bool in_extension = state_ >= State::BeforeSemicolon && state_ <= State::AfterValue;
  const bool in_trailer = state_ >= State::TrailerFirst;
  if (in_extension && ++extension_bytes_ > kExtensionBytesMax) return Event::Bad;
  if (in_trailer && ++trailer_bytes_ > kTrailerBytesMax) return Event::Bad;
  return step(c);
}

ChunkLine::Event ChunkLine::step(char c) {
  switch (state_) {
    case State::SizeFirst:  // chunk-size = 1*HEXDIG
      return is(kHexDigit, c) ? add_digit(c) : Event::Bad;
    case State::Size:
      return is(kHexDigit, c) ? add_digit(c) : extension_or_end(c);
    case State::BeforeSemicolon:
      if (is_blank(c)) return Event::More;
      return c == ';' ? go(State::NameFirst) : Event::Bad;
    case State::NameFirst:
      if (is_blank(c)) return Event::More;
      return is(kTokenChar, c) ? go(State::Name) : Event::Bad;
    case State::Name:
      if (is(kTokenChar, c)) return Event::More;
      if (c == '=') return go(State::ValueFirst);
      return is_blank(c) ? go(State::AfterName) : extension_or_end(c);
    case State::AfterName:
      if (is_blank(c)) return Event::More;
      if (c == '=') return go(State::ValueFirst);
      return c == ';' ? go(State::NameFirst) : Event::Bad;
    case State::ValueFirst:  // chunk-ext-val = token / quoted-string
      if (is_blank(c)) return Event::More;
      if (c == '"') return go(State::Quoted);
      return is(kTokenChar, c) ? go(State::Value) : Event::Bad;
    case State::Value:
      return is(kTokenChar, c) ? Event::More : extension_or_end(c);
    case State::Quoted:
      if (c == '"') return go(State::AfterValue);
      if (c == '\\') return go(State::QuotedPair);
      return is(kValueChar, c) ? Event::More : Event::Bad;
    case State::QuotedPair:
      return is(kValueChar, c) ? go(State::Quoted) : Event::Bad;
    case State::AfterValue:
      return extension_or_end(c);
    case State::SizeLf:
      return c == '\n' ? size_line_done() : Event::Bad;
    case State::DataCr:
      return c == '\r' ? go(State::DataLf) : Event::Bad;
    case State::DataLf:
      return c == '\n' ? go(State::SizeFirst) : Event::Bad;
    case State::TrailerFirst:  // field lines as in a head, but no bare LF
      if (c == '\r') return go(State::LastLf);
      return is(kTokenChar, c) ? go(State::TrailerName) : Event::Bad;
    case State::TrailerName:
      if (is(kTokenChar, c)) return Event::More;
      return c == ':' ? go(State::TrailerValue) : Event::Bad;
    case State::TrailerValue:
      if (c == '\r') return go(State::TrailerLf);
      return is(kValueChar, c) ? Event::More : Event::Bad;
    case State::TrailerLf:
      return c == '\n' ? go(State::TrailerFirst) : Event::Bad;
    case State::LastLf:
      return c == '\n' ? Event::End : Event::Bad;
  }
  return Event::Bad;
}

ChunkLine::Event ChunkLine::add_digit(char c) {
  if (state_ == State::SizeFirst) size_ = 0;
  if (++size_digits_ > kSizeDigitsMax || size_ > kSizeMax >> 4U) return Event::Bad;
  size_ = size_ << 4U | hex_value(c);
  return go(State::Size);
}

// chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] ): what may follow the
// size, a name or a value.
ChunkLine::Event ChunkLine::extension_or_end(char c) {
  if (c == ';') return go(State::NameFirst);
  if (is_blank(c)) return go(State::BeforeSemicolon);
  return c == '\r' ? go(State::SizeLf) : Event::Bad;
}

ChunkLine::Event ChunkLine::size_line_done() {
  size_digits_ = 0;
  return size_ > 0 ? Event::Data : go(State::TrailerFirst);
}

}  // namespace wslb::proxy::http

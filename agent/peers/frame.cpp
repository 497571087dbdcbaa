#include "agent/peers/frame.h"

#include <algorithm>
#include <cassert>

#include "agent/peers/varint.h"

namespace wslb::agent::peers {
namespace {

constexpr std::uint8_t kHasPayload = 0x80;

template <typename Type>
std::uint8_t number(Type type) {
  return static_cast<std::uint8_t>(type);
}

}  // namespace

void FrameReader::append(base::ByteView bytes) {
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
  begin_ = 0;
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

std::optional<Frame> FrameReader::next() {
  if (too_long_) return std::nullopt;
  const base::ByteView rest = base::ByteView(buffer_).subspan(begin_);
  base::ByteReader reader(rest);
  Frame frame{.message_class = reader.u8(), .type = reader.u8(), .payload = {}};
  if (!reader.ok()) return std::nullopt;
  if ((frame.type & kHasPayload) != 0) {
    const std::size_t before = reader.remaining();
    const std::uint64_t length = read_varint(reader);
    // A number that is cut off may come yet; one that no number can be never does.
    if (!reader.ok() && before < kVarintBytesMax) return std::nullopt;
    too_long_ = !reader.ok() || length > kPayloadBytesMax;
    if (too_long_ || length > reader.remaining()) return std::nullopt;
    frame.payload = reader.take(static_cast<std::size_t>(length));
  }
  begin_ = buffer_.size() - reader.remaining();
  return frame;
}

std::optional<std::string> FrameReader::next_line() {
  const auto from = buffer_.begin() + static_cast<std::ptrdiff_t>(begin_);
  const auto end = std::find(from, buffer_.end(), '\n');
  too_long_ = too_long_ || end - from > static_cast<std::ptrdiff_t>(kLineBytesMax);
  if (too_long_ || end == buffer_.end()) return std::nullopt;
  begin_ = static_cast<std::size_t>(end - buffer_.begin()) + 1;
  return std::string(from, end);
}

void append_control(base::Bytes& out, ControlType type) {
  out.insert(out.end(), {number(MessageClass::Control), number(type)});
}

void append_error(base::Bytes& out, ErrorType type) {
  out.insert(out.end(), {number(MessageClass::Error), number(type)});
}

void append_frame(base::Bytes& out, TableType type, base::ByteView payload) {
  assert(payload.size() <= kPayloadBytesMax);
  out.insert(out.end(), {number(MessageClass::Table), number(type)});
  append_varint(out, payload.size());
  out.insert(out.end(), payload.begin(), payload.end());
}

}  // namespace wslb::agent::peers

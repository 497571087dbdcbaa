#include "agent/peers/varint.h"

namespace wslb::agent::peers {
namespace {

constexpr std::uint64_t kOneByteMax = 239;
constexpr std::uint64_t kMore = 0x80;
constexpr unsigned kFirstShift = 4;
constexpr unsigned kShift = 7;

std::uint64_t fail(base::ByteReader& reader) {
  reader.take(reader.remaining() + 1);
  return 0;
}

}  // namespace

void append_varint(base::Bytes& out, std::uint64_t value) {
  if (value <= kOneByteMax) return out.push_back(static_cast<std::uint8_t>(value));
  out.push_back(static_cast<std::uint8_t>(value | 0xf0U));
  value = (value - 240) >> kFirstShift;
  while (value >= kMore) {
    out.push_back(static_cast<std::uint8_t>(value | kMore));
    value = (value - kMore) >> kShift;
  }
  out.push_back(static_cast<std::uint8_t>(value));
}

std::uint64_t read_varint(base::ByteReader& reader) {
  std::uint64_t value = reader.u8();
  if (value <= kOneByteMax) return value;
  for (unsigned shift = kFirstShift; shift < 64; shift += kShift) {
    const std::uint64_t byte = reader.u8();
    const std::uint64_t part = byte << shift;
    if (part >> shift != byte || value + part < value) return fail(reader);
    value += part;
    if (byte < kMore) return reader.ok() ? value : 0;
  }
  return fail(reader);
}

}  // namespace wslb::agent::peers

#include "agent/control_frame.h"

#include <cassert>
#include <cstdint>

#include "base/bytes.h"

namespace wslb::agent {

std::optional<std::string> FrameReader::next() {
  if (broken_ || buffer_.size() < kFrameHeaderBytes) return std::nullopt;
  base::ByteReader reader({reinterpret_cast<const std::uint8_t*>(buffer_.data()), buffer_.size()});
  const std::uint32_t length = reader.u32();
  if (length > kRequestBytesMax) {
    broken_ = true;
    buffer_.clear();
    return std::nullopt;
  }
  if (reader.remaining() < length) return std::nullopt;
  std::string frame = buffer_.substr(kFrameHeaderBytes, length);
  buffer_.erase(0, kFrameHeaderBytes + length);
  return frame;
}

std::string encode_frame(std::string_view payload) {
  base::ByteWriter header;
  header.u32(static_cast<std::uint32_t>(payload.size()));
  std::string frame(header.bytes().begin(), header.bytes().end());
  return frame += payload;
}

}  // namespace wslb::agent

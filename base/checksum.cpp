#include "base/checksum.h"

namespace wslb::base {

void InternetChecksum::add(ByteView bytes) {
  std::size_t i = 0;
  for (; i + 1 < bytes.size(); i += 2) {
    sum_ += static_cast<std::uint64_t>(bytes[i] << 8U | bytes[i + 1]);
  }
  if (i < bytes.size()) sum_ += static_cast<std::uint64_t>(bytes[i] << 8U);
}

std::uint16_t InternetChecksum::value() const {
  std::uint64_t folded = sum_;
  while (folded > 0xffffU) folded = (folded & 0xffffU) + (folded >> 16U);
  return static_cast<std::uint16_t>(~folded & 0xffffU);
}

}  // namespace wslb::base

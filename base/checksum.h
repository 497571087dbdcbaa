// The Internet checksum (RFC 1071), as IPv4, ARP's neighbours and VRRP use it.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace wslb::base {

// Sums 16-bit words in one's complement. Feed it in pieces; only the last may have an odd length.
class InternetChecksum {
 public:
  void add(ByteView bytes);
  void add_u16(std::uint16_t word) { sum_ += word; }

  // The value for the checksum field, in host order. Over a message that holds a right checksum: 0.
  [[nodiscard]] std::uint16_t value() const;

 private:
  std::uint64_t sum_ = 0;
};

}  // namespace wslb::base

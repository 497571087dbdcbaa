// The variable-length numbers of HAProxy's peers protocol: below 240 one byte, otherwise four bits
// in the first byte and seven in each further one, each with the ones before subtracted.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace wslb::agent::peers {

inline constexpr std::size_t kVarintBytesMax = 10;

void append_varint(base::Bytes& out, std::uint64_t value);

// Zero, and `reader` not ok() any more, where the number is cut off or has more than 64 bits.
std::uint64_t read_varint(base::ByteReader& reader);

}  // namespace wslb::agent::peers

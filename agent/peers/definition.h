// The message that says what a table looks like; the updates behind it are read by it.
#pragma once

#include <cstdint>
#include <optional>

#include "agent/peers/table.h"
#include "base/bytes.h"

namespace wslb::agent::peers {

inline constexpr std::size_t kTableNameBytesMax = 512;
// So that an update always fits into a frame.
inline constexpr std::uint32_t kKeyBytesMax = 8192;

struct Definition {
  std::uint64_t id = 0;  // the sender's number of the table
  Table table;
};

// `table.name` and `table.key_length` must be within their bounds.
void append_definition(base::Bytes& out, std::uint64_t id, const Table& table);
// Nothing: it is malformed. Data that a newer HAProxy knows is left out; it comes last.
[[nodiscard]] std::optional<Definition> decode_definition(base::ByteView payload);

}  // namespace wslb::agent::peers

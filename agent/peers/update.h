// One entry on the wire. All four kinds of update differ in two things alone: whether the number
// of the update is written (or the last one's plus one), and whether the time that is left is.
#pragma once

#include <cstdint>
#include <optional>

#include "agent/peers/dictionary.h"
#include "agent/peers/table.h"
#include "base/bytes.h"

namespace wslb::agent::peers {

inline constexpr std::size_t kServerNameBytesMax = 1024;

// As the peer is told: an incremental update where `id` follows `last_id`, a timed one where the
// update says when it expires and `timed` is true (protocol 2.1). A key that is longer than the
// table's is cut, a server's name that is too long left out: HAProxy would do so, too.
struct UpdateNumber {
  std::uint32_t id = 0;
  std::optional<std::uint32_t> last_id = std::nullopt;
};
void append_update(base::Bytes& out, const Table& table, const Update& update, UpdateNumber number,
                   bool timed, SentNames& names);

struct DecodedUpdate {
  std::uint32_t id = 0;
  Update update;
};
// Nothing: it is malformed. `type` is one of the four of TableType. Must be called for updates of
// tables that nobody wants, too: they may explain names.
[[nodiscard]] std::optional<DecodedUpdate> decode_update(std::uint8_t type, base::ByteView payload,
                                                         const Table& table, std::uint32_t last_id,
                                                         LearnedNames& names);

}  // namespace wslb::agent::peers

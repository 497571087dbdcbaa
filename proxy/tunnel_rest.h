// What a process that was killed left of one tunnel: how far each direction had come, by its record
// in the arena and the kernel's counters (vault/arena.h, vault/custody.h), after what was in the
// journals has been settled (tunnel_recovery.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "proxy/vault/arena.h"
#include "proxy/vault/custody.h"

namespace wslb::proxy {

// Of the client's direction first, then of the server's.
struct TunnelRest {
  std::array<std::uint64_t, 2> read{};   // how far it was read, see vault::Record
  std::array<std::size_t, 2> waiting{};  // how many bytes of that still wait in the room
  std::array<bool, 2> fin_sent{};        // to the client, to the server
};

// Nothing: it does not fit together, so nobody knows which bytes are missing. `sockets`: towards
// the client and the server.
[[nodiscard]] std::optional<TunnelRest> find_rest(const vault::Record& record,
                                                  const std::array<int, 2>& sockets);

// Both ends of a direction. Nothing: there is no such socket.
struct TunnelEnds {
  vault::Counters source;
  vault::Counters sink;
};
[[nodiscard]] std::optional<TunnelEnds> read_tunnel_ends(const std::array<int, 2>& sockets,
                                                         std::size_t direction);

}  // namespace wslb::proxy

// What a proxy may want of the vault: ToVault of proto/vault.proto as typed values. A packet comes
// from the process that parses everything hostile, so nothing of it is taken on trust.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace wslb::agent {

inline constexpr std::size_t kVaultPacketBytesMax = 65536;
inline constexpr std::size_t kListenerNameMax = 255;

struct KeepArena {};
struct KeepListeners {
  std::vector<std::string> names;
  bool more = false;
};
struct KeepSlots {
  std::vector<std::uint32_t> slots;
  std::size_t sockets = 0;  // of each: 1 or 2
};
struct DropSlots {
  std::vector<std::uint32_t> slots;
};
using VaultOrder = std::variant<KeepArena, KeepListeners, KeepSlots, DropSlots>;

// The error is a clause: "sent ...".
[[nodiscard]] base::Result<VaultOrder> read_vault_order(base::ByteView packet);

// How many descriptors the packet carries.
[[nodiscard]] std::size_t descriptors_of(const VaultOrder& order);

}  // namespace wslb::agent

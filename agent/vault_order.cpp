#include "agent/vault_order.h"

#include <algorithm>

#include "agent/packet_socket.h"
#include "base/overloaded.h"
#include "proto/vault.pb.h"

namespace wslb::agent {
namespace {

base::Result<VaultOrder> read_listeners(const proto::VaultListeners& message) {
  KeepListeners order{{message.names().begin(), message.names().end()}, message.more()};
  const bool good = std::ranges::all_of(order.names, [](const std::string& name) {
    return !name.empty() && name.size() <= kListenerNameMax;
  });
  if (!good) return base::Error{"named a listener by nothing, or by too much"};
  return VaultOrder{std::move(order)};
}

base::Result<VaultOrder> read_keep(const proto::VaultKeep& message) {
  if (message.sockets() != 1 && message.sockets() != 2) {
    return base::Error{"wants " + std::to_string(message.sockets()) + " sockets kept as one"};
  }
  return VaultOrder{KeepSlots{{message.slots().begin(), message.slots().end()}, message.sockets()}};
}

}  // namespace

base::Result<VaultOrder> read_vault_order(base::ByteView packet) {
  proto::ToVault message;
  const bool fits = packet.size() <= kVaultPacketBytesMax;
  if (!fits || !message.ParseFromArray(packet.data(), static_cast<int>(packet.size()))) {
    return base::Error{"sent something that is no message to the vault"};
  }
  base::Result<VaultOrder> order = base::Error{"sent an empty message"};
  switch (message.message_case()) {
    case proto::ToVault::kArena:
      order = VaultOrder{KeepArena{}};
      break;
    case proto::ToVault::kListeners:
      order = read_listeners(message.listeners());
      break;
    case proto::ToVault::kKeep:
      order = read_keep(message.keep());
      break;
    case proto::ToVault::kDrop:
      order = VaultOrder{DropSlots{{message.drop().slots().begin(), message.drop().slots().end()}}};
      break;
    case proto::ToVault::MESSAGE_NOT_SET:
      break;
  }
  if (order && descriptors_of(*order) > kPacketDescriptorsMax) {
    return base::Error{"wants more kept at once than a packet can carry"};
  }
  return order;
}

std::size_t descriptors_of(const VaultOrder& order) {
  return std::visit(base::Overloaded{
                        [](const KeepArena&) -> std::size_t { return 1; },
                        [](const KeepListeners& listeners) { return listeners.names.size(); },
                        [](const KeepSlots& keep) { return keep.slots.size() * keep.sockets; },
                        [](const DropSlots&) -> std::size_t { return 0; },
                    },
                    order);
}

}  // namespace wslb::agent

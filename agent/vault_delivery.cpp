#include "agent/vault_delivery.h"

#include <limits>

#include "agent/packet_socket.h"
#include "proto/vault.pb.h"

namespace wslb::agent {
namespace {

constexpr std::size_t kListenersInParcel = 128;  // their names make a packet large

}  // namespace

std::optional<VaultDelivery::Parcel> VaultDelivery::next() {
  while (here_.stage != Stage::Done) {
    after_ = here_;
    if (auto parcel = of_stage()) return parcel;
    here_ = {.stage = static_cast<Stage>(static_cast<int>(here_.stage) + 1)};
  }
  return std::nullopt;
}

std::optional<VaultDelivery::Parcel> VaultDelivery::of_stage() {
  switch (here_.stage) {
    case Stage::Arena:
      return arena();
    case Stage::Listeners:
      return listeners();
    case Stage::Pairs:
      return slots(2);
    case Stage::Singles:
      return slots(1);
    case Stage::Complete:
      return complete();
    case Stage::Done:
      break;
  }
  return std::nullopt;
}

std::optional<VaultDelivery::Parcel> VaultDelivery::arena() {
  const Vault::Arena& arena = vault_.arena();
  if (!arena.fd || arena.stream == vault_.stream()) return std::nullopt;
  proto::FromVault message;
  message.mutable_arena();
  after_.stage = Stage::Listeners;
  return Parcel{message.SerializeAsString(), {arena.fd.get()}};
}

std::optional<VaultDelivery::Parcel> VaultDelivery::listeners() {
  const std::vector<Vault::Listener>& all = vault_.listeners();
  // They are replaced all at once.
  if (all.empty() || all.front().stream == vault_.stream()) return std::nullopt;
  Parcel parcel;
  proto::FromVault message;
  while (after_.listener < all.size() && parcel.descriptors.size() < kListenersInParcel) {
    const Vault::Listener& one = all[after_.listener++];
    message.mutable_listeners()->add_names(one.name);
    parcel.descriptors.push_back(one.fd.get());
  }
  if (parcel.descriptors.empty()) return std::nullopt;
  message.mutable_listeners()->set_more(after_.listener < all.size());
  parcel.bytes = message.SerializeAsString();
  return parcel;
}

std::optional<VaultDelivery::Parcel> VaultDelivery::slots(std::size_t sockets) {
  Parcel parcel;
  proto::FromVault message;
  message.mutable_kept()->set_sockets(static_cast<std::uint32_t>(sockets));
  if (here_.slot > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  auto next = vault_.slots().lower_bound(static_cast<std::uint32_t>(here_.slot));
  for (; next != vault_.slots().end(); ++next) {
    const auto& [number, slot] = *next;
    if (slot.count != sockets || slot.stream == vault_.stream()) continue;
    if (parcel.descriptors.size() + sockets > kPacketDescriptorsMax) break;
    message.mutable_kept()->add_slots(number);
    for (std::size_t i = 0; i < sockets; ++i) {
      parcel.descriptors.push_back(slot.sockets.at(i).get());
    }
    after_.slot = std::uint64_t{number} + 1;
  }
  if (parcel.descriptors.empty()) return std::nullopt;
  parcel.bytes = message.SerializeAsString();
  return parcel;
}

std::optional<VaultDelivery::Parcel> VaultDelivery::complete() {
  proto::FromVault message;
  message.mutable_complete();
  after_.stage = Stage::Done;
  return Parcel{message.SerializeAsString(), {}};
}

}  // namespace wslb::agent

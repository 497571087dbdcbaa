#include "agent/vault.h"

#include <utility>

#include <sys/socket.h>

#include "base/overloaded.h"

namespace wslb::agent {
namespace {

constexpr std::size_t kListenersMax = 4096;

}  // namespace

base::Result<void> Vault::take(base::ByteView packet, std::vector<FileDescriptor> descriptors,
                               bool cut) {
  auto order = read_vault_order(packet);
  if (!order) return order.error();
  const std::size_t expected = descriptors_of(*order);
  const bool right = cut ? descriptors.size() < expected : descriptors.size() == expected;
  if (!right) {
    return base::Error{"sent " + std::to_string(descriptors.size()) + (cut ? " and more" : "") +
                       " descriptors where " + std::to_string(expected) + " belong"};
  }
  if (std::holds_alternative<KeepSlots>(*order) && !arena_.fd && !arena_.missed) {
    return base::Error{"wants connections kept and has sent no arena"};
  }
  const auto* const listeners = std::get_if<KeepListeners>(&*order);
  if (listeners != nullptr && coming_.size() + listeners->names.size() > kListenersMax) {
    return base::Error{"wants more than " + std::to_string(kListenersMax) + " listeners kept"};
  }
  std::visit(base::Overloaded{
                 [&](DropSlots& drops) { drop(drops); },
                 [&](auto& keeps) { keep(keeps, descriptors); },
             },
             *order);
  return {};
}

void Vault::begin_stream() {
  ++stream_;
  coming_.clear();
}

void Vault::keep(const KeepArena&, std::vector<FileDescriptor>& descriptors) {
  clear();
  arena_.stream = stream_;
  arena_.missed = descriptors.empty();
  if (arena_.missed) ++no_room_;
  if (!arena_.missed) arena_.fd = std::move(descriptors.front());
}

void Vault::keep(KeepListeners& order, std::vector<FileDescriptor>& descriptors) {
  for (std::size_t i = 0; i < order.names.size(); ++i) {
    if (i < descriptors.size() && descriptors_kept() + coming_.size() < descriptors_max_) {
      coming_.push_back({std::move(order.names[i]), std::move(descriptors[i]), stream_});
    } else {
      ++no_room_;
    }
  }
  if (!order.more) listeners_ = std::exchange(coming_, {});
}

// A slot that cannot be kept as it is now must not come back as it was.
void Vault::keep(const KeepSlots& order, std::vector<FileDescriptor>& descriptors) {
  std::size_t used = 0;
  for (const std::uint32_t number : order.slots) {
    forget(number);
    const bool came = descriptors.size() - used >= order.sockets;
    if (!arena_.fd || !came || descriptors_kept() + order.sockets > descriptors_max_) {
      ++no_room_;
      used += came ? order.sockets : 0;
      continue;
    }
    Slot slot;
    slot.count = order.sockets;
    slot.stream = stream_;
    for (std::size_t i = 0; i < slot.count; ++i) {
      slot.sockets.at(i) = std::move(descriptors[used++]);
    }
    sockets_ += slot.count;
    slots_.emplace(number, std::move(slot));
  }
}

void Vault::drop(const DropSlots& order) {
  for (const std::uint32_t number : order.slots) forget(number);
}

void Vault::forget(std::uint32_t number) {
  const auto found = slots_.find(number);
  if (found == slots_.end()) return;
  sockets_ -= found->second.count;
  slots_.erase(found);
}

std::size_t Vault::descriptors_kept() const {
  return sockets_ + listeners_.size() + (arena_.fd ? 1 : 0);
}

void Vault::end_connections() {
  for (const auto& [number, slot] : slots_) {
    for (std::size_t i = 0; i < slot.count; ++i) ::shutdown(slot.sockets.at(i).get(), SHUT_RDWR);
  }
  slots_.clear();
  sockets_ = 0;
}

void Vault::clear() {
  slots_.clear();
  sockets_ = 0;
  listeners_.clear();
  coming_.clear();
  arena_ = {};
}

Vault::Figures Vault::figures() const {
  return {.slots = slots_.size(),
          .listeners = listeners_.size(),
          .arena = !!arena_.fd,
          .refused = 0,
          .no_room = no_room_};
}

}  // namespace wslb::agent

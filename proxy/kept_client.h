// A client's connection in the vault, from its acceptance until it is a tunnel or ends: where its
// requests stand, so that a successor of this process knows what it may go on with.
//
//   Accepted -> (rules) -> Waiting -> Looking -> Asking -> Waiting ...
//
// Up to Looking nothing of the request has left the socket, and a successor reads it itself. From
// Asking on this process alone knows what became of it.
//
// Owned by ClientConnection; Stream tells it what is read and written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "proxy/vault/arena.h"
#include "proxy/vault_link.h"

namespace wslb::proxy {

class KeptClient {
 public:
  KeptClient() = default;
  // A place for the next client, made before accept(), so that nothing lies between that and
  // accepted(): a kill there costs the connection. Empty: there is no room in the vault.
  static KeptClient prepare(VaultLink& link, std::string_view facts);
  void accepted(int socket) { slot_.hold(socket, packet_); }
  // Of a process before this one.
  explicit KeptClient(KeptSlot slot);
  KeptClient(KeptClient&& other) noexcept
      : slot_(std::move(other.slot_)),
        packet_(std::move(other.packet_)),
        record_(std::exchange(other.record_, nullptr)),
        state_(other.state_) {}
  KeptClient& operator=(KeptClient&& other) noexcept {
    std::swap(slot_, other.slot_);
    std::swap(packet_, other.packet_);
    std::swap(record_, other.record_);
    std::swap(state_, other.state_);
    return *this;
  }

  explicit operator bool() const { return record_ != nullptr; }

  // As of settle(), or of a process before this one.
  [[nodiscard]] std::uint64_t received() const { return record_->consumed[0]; }
  [[nodiscard]] std::uint64_t sent() const { return record_->written[1]; }

  // It is to end with this process.
  void leave() { take_slot(); }
  // What is known of it now, before its first request. Too much of it: it leaves.
  void describe(std::string_view facts);
  // Every request so far is answered, and nothing of the next one was read: so many bytes came and
  // went.
  void settle(std::uint64_t received, std::uint64_t sent);
  // A request is being looked at.
  void look();
  // It is dealt with from now on.
  void commit();

  // For a tunnel, which has its own facts. Empty: the vault does not have it.
  KeptSlot take_slot();

 private:
  void set(vault::Record::State state);

  KeptSlot slot_;
  std::string packet_;               // by which the vault is told
  vault::Record* record_ = nullptr;  // of the slot; null: not kept
  vault::Record::State state_ = vault::Record::Accepted;
};

// Both ends learn at once that the connection was cut, although the vault has a duplicate of it.
void reset_connection(int socket);

}  // namespace wslb::proxy

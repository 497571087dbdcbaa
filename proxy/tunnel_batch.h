// How the plain tunnels of one thread move bytes: of several tunnels together, first everything is
// received, packed into one buffer, then everything is sent at once. Where the kernel allows it the
// sends are one system call (SendRing), else one each.
//
// The buffer lies in the vault's arena where there is one, and so does the journal, which says of
// each recv() whose it is and where its bytes are. When pass_on() returns, all of them have left or
// lie in the tunnels' rooms, and the journal is empty. Each direction of a tunnel is at most once
// in a batch: a second part would overtake what the first one left behind.
//
// Owned by TunnelEngine, used on its thread.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "proxy/send_ring.h"
#include "proxy/tunnel.h"
#include "proxy/vault/arena.h"

namespace wslb::proxy {

class TunnelBatch {
 public:
  TunnelBatch();
  TunnelBatch(const TunnelBatch&) = delete;

  // From now on in the arena, which outlives this.
  void move_into(vault::Arena& arena, std::size_t worker);
  // From now on by io_uring. An error: why that cannot be; all goes on by send().
  [[nodiscard]] base::Result<void> use_io_uring();

  // Whether one more recv() has a place.
  [[nodiscard]] bool has_room() const;
  // For the next recv().
  [[nodiscard]] std::span<char> room() const;
  // Of a tunnel that the vault keeps, before it.
  void note(vault::Slot slot, Tunnel::Side from, std::uint64_t before);
  // After it: so many bytes, for that side; 0: the place is free again.
  void add(Tunnel& tunnel, Tunnel::Side to, std::size_t bytes);
  // Sends everything and tells the tunnels.
  void pass_on();

 private:
  struct Recipient {
    Tunnel* tunnel;
    Tunnel::Side side;
  };

  void send_all();

  std::vector<char> own_;  // without an arena
  std::span<char> buffer_;
  std::size_t used_ = 0;
  vault::Journal* journal_ = nullptr;
  std::uint32_t noted_ = 0;
  bool is_noted_ = false;  // what the next add() is about
  std::vector<Outgoing> sends_;
  std::vector<Recipient> recipients_;  // of the sends
  std::unique_ptr<SendRing> ring_;     // null: by send()
};

}  // namespace wslb::proxy

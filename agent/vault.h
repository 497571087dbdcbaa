// What the agent holds for its proxy, so that a killed proxy costs no connection: duplicates of its
// listening sockets and of the sockets of its connections (a slot each, of one or two), and the
// memfd with its records, the arena. The vault reads none of it and knows nothing of what a slot
// means. The descriptors are closed when they are dropped, replaced or void; a connection ends when
// the proxy's own descriptor is closed too. Each proxy has a stream of its own (vault_stream.h);
// what is kept remembers by which one it came, since that proxy has it already.
//
// Used by VaultService, on the vault's thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "agent/file_descriptor.h"
#include "agent/vault_order.h"
#include "base/bytes.h"
#include "base/result.h"

namespace wslb::agent {

class Vault {
 public:
  using Stream = std::uint64_t;  // a number for each
  struct Arena {
    FileDescriptor fd;  // none: it has not come, or there was no room for it
    Stream stream = 0;
    bool missed = false;  // the latter
  };
  struct Listener {
    std::string name;
    FileDescriptor fd;
    Stream stream = 0;
  };
  struct Slot {
    std::array<FileDescriptor, 2> sockets;
    std::size_t count = 0;  // of the sockets
    Stream stream = 0;
  };
  struct Figures {
    std::uint64_t slots = 0;
    std::uint64_t listeners = 0;
    bool arena = false;
    std::uint64_t refused = 0;  // streams closed for what they carried
    std::uint64_t no_room = 0;  // slots and others that are not kept for want of descriptors
  };

  // `descriptors_max`: this many may be kept, so that the agent has some left for itself.
  explicit Vault(std::size_t descriptors_max) : descriptors_max_(descriptors_max) {}

  // A packet of the proxy's; `cut`: not all of its descriptors came in. What is not kept of them is
  // closed. The error is a clause; then nothing has changed.
  [[nodiscard]] base::Result<void> take(base::ByteView packet,
                                        std::vector<FileDescriptor> descriptors, bool cut);

  // From now on the packets come from another stream.
  void begin_stream();
  [[nodiscard]] Stream stream() const { return stream_; }
  [[nodiscard]] const Arena& arena() const { return arena_; }
  [[nodiscard]] const std::vector<Listener>& listeners() const { return listeners_; }
  [[nodiscard]] const std::map<std::uint32_t, Slot>& slots() const { return slots_; }

  // Shuts the connections down, so that they end whoever has descriptors of theirs, and drops them.
  void end_connections();
  void clear();

  [[nodiscard]] bool is_empty() const { return !arena_.fd && listeners_.empty() && slots_.empty(); }
  // Without `refused`.
  [[nodiscard]] Figures figures() const;

 private:
  void keep(const KeepArena& order, std::vector<FileDescriptor>& descriptors);
  void keep(KeepListeners& order, std::vector<FileDescriptor>& descriptors);
  void keep(const KeepSlots& order, std::vector<FileDescriptor>& descriptors);
  void drop(const DropSlots& order);
  void forget(std::uint32_t slot);
  [[nodiscard]] std::size_t descriptors_kept() const;

  std::size_t descriptors_max_;
  Arena arena_;
  std::vector<Listener> listeners_;
  std::vector<Listener> coming_;  // of listeners that come in several packets
  std::map<std::uint32_t, Slot> slots_;
  std::size_t sockets_ = 0;  // of all slots
  std::uint64_t no_room_ = 0;
  Stream stream_ = 0;
};

}  // namespace wslb::agent

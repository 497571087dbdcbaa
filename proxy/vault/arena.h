// The memory that outlives the process: a memfd of which the agent keeps a duplicate. In it lie the
// records of tunnels and the bytes on their way, so that the next process can go on at the exact
// byte. Its layout is the contract between two processes of the same release; one of another
// release finds another number in the head and begins anew.
//
//   head | for each worker: journal, receive buffer | of all slots: records | rooms of both
//   directions | what of their facts has no place in the record
//
// All of it is sparse: what no tunnel uses takes no memory.
//
// What a SIGKILL can leave behind is decided by the order of the writes here and by the kernel's
// own counters (custody.h); no index here is trusted to be newer than those. Used by the tunnel
// engine on each worker's thread; slots are taken and given back on any.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace wslb::proxy::vault {

using Slot = std::uint32_t;

// A direction is named by the side that sends: 0 the client, 1 the server.
inline constexpr std::size_t kDirections = 2;
inline constexpr std::size_t kRoomBytes = 64 * 1024;

// Which recv() may be under way. Set before it and cleared when all that it brought has left or
// lies in the tunnel's room.
struct alignas(64) Journal {
  std::atomic<std::uint64_t> before;  // how far that direction had been read, see Record
  std::atomic<std::uint32_t> entry;   // slot * 2 + direction + 1; 0: none
};

struct alignas(64) Record {
  enum State : std::uint32_t {
    Free,
    Open,      // a tunnel
    Ending,    // it was one
    Accepted,  // a client of whom nothing has been read
    Waiting,   // likewise, since its last request was answered
    Looking,   // its next request was seen, but lies in its socket still
    Asking,    // it was taken out, and an answer is under way
  };

  std::atomic<std::uint32_t> state;
  std::atomic<std::uint32_t> crashes;  // of processes while they handled it
  // Where each direction's stream began, by the kernel's counters (custody.h): it has been read as
  // far as its source was consumed beyond the one, and passed on as far as its sink was written
  // beyond the other. Of a client that is no tunnel: of its own socket alone, before the request.
  std::array<std::uint64_t, kDirections> consumed;
  std::array<std::uint64_t, kDirections> written;
  // What waits in the room of each direction: so many bytes, which end at that place of the stream.
  std::array<std::atomic<std::uint64_t>, kDirections> ends;
  std::array<std::atomic<std::uint32_t>, kDirections> waiting;
  std::uint32_t fact_bytes;
  std::array<char, 188> facts;  // where they fit; else they are in the overflow
};
static_assert(sizeof(Record) == 256);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

class Arena {
 public:
  static constexpr Slot kSlots = 65536;
  static constexpr std::size_t kWorkersMax = 64;
  static constexpr std::size_t kOverflowBytes = 16 * 1024;
  static constexpr std::size_t kFactBytesMax = kOverflowBytes;

  static base::Result<std::unique_ptr<Arena>> create();
  // That of a process before this one. Takes the descriptor.
  static base::Result<std::unique_ptr<Arena>> open(int memfd);
  Arena(int memfd, char* memory);
  Arena(const Arena&) = delete;
  ~Arena();

  [[nodiscard]] int fd() const { return memfd_; }
  // How many of the journals are in use.
  [[nodiscard]] std::size_t workers() const;
  void set_workers(std::size_t count);

  // None: all are in use.
  std::optional<Slot> take();
  // Its record is free afterwards, its rooms take no memory.
  void give_back(Slot slot);
  // After open(): those that the last process had. All others may be taken from now on.
  [[nodiscard]] std::vector<Slot> used() const;
  void adopt(const std::vector<Slot>& used);

  // In a process that crashes, by a signal handler: what that worker was busy with has killed it.
  void blame(std::size_t worker);
  void note_crash();
  // Whether the process before this one crashed. Asked once.
  [[nodiscard]] bool take_crash();

  [[nodiscard]] Record& record(Slot slot) const;
  [[nodiscard]] Journal& journal(std::size_t worker) const;
  [[nodiscard]] std::span<char> buffer(std::size_t worker) const;
  [[nodiscard]] std::span<char> room(Slot slot, std::size_t direction) const;

  void set_facts(Slot slot, std::string_view facts);  // at most kFactBytesMax
  [[nodiscard]] std::string facts(Slot slot) const;

 private:
  [[nodiscard]] char* overflow(Slot slot) const;

  int memfd_;
  char* memory_;
  std::mutex mutex_;
  std::vector<Slot> free_;  // under the mutex: given back
  Slot next_ = 0;           // likewise: from here on none was taken yet
};

// Gives the memory of these bytes back, whole pages of them; they read as 0 afterwards.
void empty(std::span<char> bytes);

}  // namespace wslb::proxy::vault

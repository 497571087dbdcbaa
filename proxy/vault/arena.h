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

inline constexpr std::size_t kBufferBytes = 256 * 1024;

// A recv() of which bytes may be in the worker's buffer alone.
struct JournalEntry {
  std::uint64_t before = 0;  // how far that direction had been read, see Record
  std::uint32_t stream = 0;  // slot * 2 + direction
  std::uint32_t offset = 0;  // where in the buffer its bytes begin
  std::uint64_t seal = 0;    // of the others: a stray write must not give bytes to another tunnel
  std::uint64_t sealed_brought = 0;  // by set_brought() and brought() alone

  JournalEntry() = default;
  JournalEntry(Slot slot, std::size_t direction, std::uint64_t read, std::size_t place);
  [[nodiscard]] Slot slot() const { return stream / kDirections; }
  [[nodiscard]] std::size_t direction() const { return stream % kDirections; }
  [[nodiscard]] bool is_sealed() const;
  // After the recv(): how many bytes it brought. Nothing: it did not come so far.
  void set_brought(std::size_t bytes) { sealed_brought = seal + bytes; }
  [[nodiscard]] std::optional<std::size_t> brought() const;
};

// The recv()s since the last sends, one of a direction at most. Each is written before it is made,
// and then what it brought; all are cleared when everything that they brought has left or lies in
// the tunnels' rooms.
struct alignas(64) Journal {
  static constexpr std::size_t kEntries = 256;

  std::atomic<std::uint32_t> count;  // the entries behind these mean nothing
  std::array<JournalEntry, kEntries> entries;
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
  // beyond the other. Written by set_begin() alone, before the record is opened. Of a client that
  // is no tunnel: of its own socket alone, before the request.
  std::array<std::uint64_t, kDirections> consumed;
  std::array<std::uint64_t, kDirections> written;
  // What waits in the room of each direction: so many bytes, sealed, and the place of the stream
  // where they end. By set_waiting() and waiting() alone.
  std::array<std::atomic<std::uint64_t>, kDirections> ends;
  std::array<std::atomic<std::uint32_t>, kDirections> sealed_waiting;  // 0: none
  std::uint32_t begin_seal;
  std::uint32_t fact_bytes;
  std::array<char, 184> facts;  // where they fit; else they are in the overflow

  void set_begin(const std::array<std::uint64_t, kDirections>& consumed_before,
                 const std::array<std::uint64_t, kDirections>& written_before);
  // Nobody knows what is missing: from now on has_begin() is false.
  void distrust();
  // Whether set_begin() has written what is there.
  [[nodiscard]] bool has_begin() const;
  void set_waiting(std::size_t direction, std::size_t bytes, std::uint64_t end);
  void clear_waiting(std::size_t direction);
  // Nothing: it was not written by set_waiting().
  [[nodiscard]] std::optional<std::size_t> waiting(std::size_t direction) const;
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

#include "proxy/vault/arena.h"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace wslb::proxy::vault {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::uint64_t kLayout = 0x77736c62'00000002;  // "wslb" and its number

struct Head {
  std::uint64_t layout;
  std::uint32_t workers;
  std::atomic<std::uint32_t> crashed;
};

constexpr std::size_t kWorkerBytes = kPage + kRoomBytes;
constexpr std::size_t kRecordsAt = kPage + Arena::kWorkersMax * kWorkerBytes;
constexpr std::size_t kRoomsAt = kRecordsAt + Arena::kSlots * sizeof(Record);
constexpr std::size_t kOverflowAt = kRoomsAt + Arena::kSlots * kDirections * kRoomBytes;
constexpr std::size_t kBytes = kOverflowAt + Arena::kSlots * Arena::kOverflowBytes;

constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

base::Error failure(const std::string& what) {
  return base::Error{"cannot " + what + " the vault's memory: " + std::strerror(errno)};
}

base::Result<std::unique_ptr<Arena>> map(int memfd) {
  void* const memory =
      ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, memfd, 0);
  if (memory == MAP_FAILED) {
    base::Error error = failure("map");
    ::close(memfd);
    return error;
  }
  ::madvise(memory, kBytes, MADV_DONTDUMP);  // users' bytes
  return std::make_unique<Arena>(memfd, static_cast<char*>(memory));
}

}  // namespace

base::Result<std::unique_ptr<Arena>> Arena::create() {
  const int memfd = ::memfd_create("wslb-vault", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (memfd < 0) return failure("make");
  if (::ftruncate(memfd, static_cast<off_t>(kBytes)) != 0 ||
      ::fcntl(memfd, F_ADD_SEALS, kSeals) != 0) {
    base::Error error = failure("size");
    ::close(memfd);
    return error;
  }
  auto arena = map(memfd);
  if (arena) reinterpret_cast<Head*>((*arena)->memory_)->layout = kLayout;
  return arena;
}

// A file that may shrink could kill this process.
base::Result<std::unique_ptr<Arena>> Arena::open(int memfd) {
  struct stat found {};
  const int seals = ::fcntl(memfd, F_GET_SEALS);
  if (seals < 0 || (seals & kSeals) != kSeals || ::fstat(memfd, &found) != 0 ||
      found.st_size != static_cast<off_t>(kBytes)) {
    ::close(memfd);
    return base::Error{"the vault's memory has another size than this release of wslb-proxy uses"};
  }
  auto arena = map(memfd);
  if (!arena) return arena;
  const Head& head = *reinterpret_cast<const Head*>((*arena)->memory_);
  if (head.layout != kLayout || head.workers > kWorkersMax) {
    return base::Error{"the vault's memory is of another release of wslb-proxy"};
  }
  return arena;
}

Arena::Arena(int memfd, char* memory) : memfd_(memfd), memory_(memory) {}

Arena::~Arena() {
  ::munmap(memory_, kBytes);
  ::close(memfd_);
}

std::size_t Arena::workers() const {
  return reinterpret_cast<const Head*>(memory_)->workers;
}

void Arena::set_workers(std::size_t count) {
  assert(count <= kWorkersMax);
  reinterpret_cast<Head*>(memory_)->workers = static_cast<std::uint32_t>(count);
}

void Arena::blame(std::size_t worker) {
  const std::uint32_t entry = journal(worker).entry.load(std::memory_order_relaxed);
  if (entry > 0) record(static_cast<Slot>((entry - 1) / kDirections)).crashes.fetch_add(1);
}

void Arena::note_crash() {
  reinterpret_cast<Head*>(memory_)->crashed.store(1);
}

bool Arena::take_crash() {
  return reinterpret_cast<Head*>(memory_)->crashed.exchange(0) != 0;
}

std::optional<Slot> Arena::take() {
  const std::lock_guard lock(mutex_);
  if (!free_.empty()) {
    const Slot slot = free_.back();
    free_.pop_back();
    return slot;
  }
  if (next_ == kSlots) return std::nullopt;
  return next_++;
}

void Arena::give_back(Slot slot) {
  Record& used = record(slot);
  for (std::size_t direction = 0; direction < kDirections; ++direction) {
    const std::uint32_t bytes = used.waiting[direction].exchange(0);
    if (bytes > 0) empty(room(slot, direction));
  }
  if (used.fact_bytes > used.facts.size()) empty({overflow(slot), kOverflowBytes});
  used.crashes = 0;
  used.state.store(Record::Free, std::memory_order_release);
  const std::lock_guard lock(mutex_);
  free_.push_back(slot);
}

// A hole has no tunnels; most of the file is one.
std::vector<Slot> Arena::used() const {
  std::vector<Slot> slots;
  const auto end = static_cast<off_t>(kRoomsAt);
  for (auto at = static_cast<off_t>(kRecordsAt); at < end;) {
    const off_t data = ::lseek(memfd_, at, SEEK_DATA);
    if (data < 0 || data >= end) break;
    const off_t hole = ::lseek(memfd_, data, SEEK_HOLE);
    const off_t until = hole < 0 ? end : std::min(hole, end);
    const auto first = (static_cast<std::size_t>(data) - kRecordsAt) / sizeof(Record);
    const auto last = (static_cast<std::size_t>(until) - kRecordsAt) / sizeof(Record);
    for (std::size_t slot = first; slot < last; ++slot) {
      if (record(static_cast<Slot>(slot)).state.load(std::memory_order_acquire) != Record::Free) {
        slots.push_back(static_cast<Slot>(slot));
      }
    }
    at = until;
  }
  return slots;
}

void Arena::adopt(const std::vector<Slot>& used) {
  assert(std::ranges::is_sorted(used));
  const std::lock_guard lock(mutex_);
  next_ = used.empty() ? 0 : used.back() + 1;
  free_.clear();
  for (Slot slot = next_; slot-- > 0;) {
    if (!std::ranges::binary_search(used, slot)) free_.push_back(slot);
  }
}

Record& Arena::record(Slot slot) const {
  assert(slot < kSlots);
  return *reinterpret_cast<Record*>(memory_ + kRecordsAt + slot * sizeof(Record));
}

Journal& Arena::journal(std::size_t worker) const {
  assert(worker < kWorkersMax);
  return *reinterpret_cast<Journal*>(memory_ + kPage + worker * kWorkerBytes);
}

std::span<char> Arena::buffer(std::size_t worker) const {
  assert(worker < kWorkersMax);
  return {memory_ + kPage + worker * kWorkerBytes + kPage, kRoomBytes};
}

std::span<char> Arena::room(Slot slot, std::size_t direction) const {
  assert(slot < kSlots && direction < kDirections);
  return {memory_ + kRoomsAt + (slot * kDirections + direction) * kRoomBytes, kRoomBytes};
}

char* Arena::overflow(Slot slot) const {
  assert(slot < kSlots);
  return memory_ + kOverflowAt + slot * kOverflowBytes;
}

void Arena::set_facts(Slot slot, std::string_view facts) {
  assert(facts.size() <= kFactBytesMax);
  Record& used = record(slot);
  const bool fits = facts.size() <= used.facts.size();
  std::ranges::copy(facts, fits ? used.facts.data() : overflow(slot));
  used.fact_bytes = static_cast<std::uint32_t>(facts.size());
}

std::string Arena::facts(Slot slot) const {
  const Record& used = record(slot);
  const std::size_t bytes = std::min<std::size_t>(used.fact_bytes, kFactBytesMax);
  return {bytes <= used.facts.size() ? used.facts.data() : overflow(slot), bytes};
}

void empty(std::span<char> bytes) {
  ::madvise(bytes.data(), bytes.size(), MADV_REMOVE);
}

}  // namespace wslb::proxy::vault

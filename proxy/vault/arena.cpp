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
constexpr std::uint64_t kLayout = 0x77736c62'00000004;  // "wslb" and its number

struct Head {
  std::uint64_t layout;
  std::uint32_t workers;
  std::atomic<std::uint32_t> crashed;
};

constexpr std::size_t kJournalBytes = (sizeof(Journal) + kPage - 1) / kPage * kPage;
constexpr std::size_t kWorkerBytes = kJournalBytes + kBufferBytes;
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

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  std::uint64_t mixed = (a ^ kLayout) * 0x9e3779b97f4a7c15U;
  mixed = (mixed ^ mixed >> 32U ^ b) * 0xd6e8feb86659fd93U;
  return mixed ^ mixed >> 32U;
}

std::uint64_t seal_of(const JournalEntry& entry) {
  return mix(entry.before, std::uint64_t{entry.stream} << 32U | entry.offset);
}

constexpr std::uint32_t kWaitingBits = 17;
static_assert(kRoomBytes < 1U << kWaitingBits);

std::uint32_t sealed(std::uint32_t bytes, std::size_t direction, std::uint64_t end) {
  const std::uint64_t seal = mix(end, bytes * kDirections + direction);
  return static_cast<std::uint32_t>(seal) << kWaitingBits | bytes;
}

std::uint32_t seal_of_begin(const Record& record) {
  std::uint64_t seal = 0;
  for (const auto& begins : {record.consumed, record.written}) {
    for (const std::uint64_t begin : begins) seal = mix(seal, begin);
  }
  return static_cast<std::uint32_t>(seal);
}

}  // namespace

JournalEntry::JournalEntry(Slot slot, std::size_t direction, std::uint64_t read, std::size_t place)
    : before(read),
      stream(static_cast<std::uint32_t>(slot * kDirections + direction)),
      offset(static_cast<std::uint32_t>(place)),
      seal(seal_of(*this)) {}

bool JournalEntry::is_sealed() const {
  return seal == seal_of(*this) && slot() < Arena::kSlots;
}

std::optional<std::size_t> JournalEntry::brought() const {
  const std::uint64_t bytes = sealed_brought - seal;
  if (sealed_brought == 0 || bytes == 0 || bytes > kRoomBytes) return std::nullopt;
  return bytes;
}

void Record::set_begin(const std::array<std::uint64_t, kDirections>& consumed_before,
                       const std::array<std::uint64_t, kDirections>& written_before) {
  consumed = consumed_before;
  written = written_before;
  begin_seal = seal_of_begin(*this);
}

void Record::distrust() {
  begin_seal = ~seal_of_begin(*this);
}

bool Record::has_begin() const {
  return begin_seal == seal_of_begin(*this);
}

// The bytes are there before the word that they are.
void Record::set_waiting(std::size_t direction, std::size_t bytes, std::uint64_t end) {
  ends[direction].store(end, std::memory_order_relaxed);
  sealed_waiting[direction].store(sealed(static_cast<std::uint32_t>(bytes), direction, end),
                                  std::memory_order_release);
}

void Record::clear_waiting(std::size_t direction) {
  sealed_waiting[direction].store(0, std::memory_order_release);
}

std::optional<std::size_t> Record::waiting(std::size_t direction) const {
  const std::uint32_t found = sealed_waiting[direction].load(std::memory_order_acquire);
  const std::uint32_t bytes = found & ((1U << kWaitingBits) - 1);
  if (found == 0) return 0;
  if (bytes > kRoomBytes || found != sealed(bytes, direction, ends[direction])) return std::nullopt;
  return bytes;
}

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
  const Journal& batch = journal(worker);
  const std::uint32_t count = batch.count.load(std::memory_order_relaxed);
  if (count == 0 || count > Journal::kEntries) return;
  const JournalEntry& latest = batch.entries[count - 1];
  if (latest.is_sealed()) record(latest.slot()).crashes.fetch_add(1);
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
    if (used.sealed_waiting[direction].exchange(0) != 0) empty(room(slot, direction));
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
  return {memory_ + kPage + worker * kWorkerBytes + kJournalBytes, kBufferBytes};
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

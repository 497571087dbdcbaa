#include "agent/sticky/replica.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>
#include <new>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace wslb::agent::sticky {
namespace {

constexpr std::size_t kFirstSlots = 1024;
// How long a removed entry is remembered at most.
constexpr std::chrono::hours kRemovedKept{1};
// Two deadlines that are no further apart are the same.
constexpr std::chrono::seconds kSameDeadline{1};

base::TimePoint deadline_after(base::Duration left, base::TimePoint now) {
  return left > base::TimePoint::max() - now ? base::TimePoint::max() : now + left;
}

std::size_t bucket_of(std::uint64_t hash) {
  return hash >> 56U;
}

}  // namespace

NodeId node_id(std::string_view name) {
  return XXH32(name.data(), name.size(), 0);
}

// --- Cursor -------------------------------------------------------------------------------------

Replica::Cursor::Cursor(Replica& replica, Sequence after) : replica_(replica), next_(nullptr) {
  for (const Entry* entry = replica.newest_; entry != nullptr && entry->sequence > after;
       entry = entry->older) {
    next_ = entry;
  }
  replica.cursors_.push_back(this);
}

Replica::Cursor::~Cursor() {
  std::erase(replica_.cursors_, this);
}

const Replica::Entry* Replica::Cursor::advance() {
  const Entry* const entry = next_;
  if (entry != nullptr) next_ = entry->newer;
  return entry;
}

// --- Tables -------------------------------------------------------------------------------------

Replica::~Replica() {
  while (oldest_ != nullptr) {
    Entry* const next = oldest_->newer;
    ::operator delete(oldest_);
    oldest_ = next;
  }
}

std::optional<TableId> Replica::find_table(std::string_view name) const {
  const auto found = std::ranges::find(tables_, name, &Table::name);
  if (found == tables_.end()) return std::nullopt;
  return static_cast<TableId>(found - tables_.begin());
}

TableId Replica::define(const Table& table) {
  if (const auto known = find_table(table.name)) {
    tables_[*known] = table;
    return *known;
  }
  assert(tables_.size() < std::numeric_limits<TableId>::max());
  tables_.push_back(table);
  seeds_.push_back(XXH3_64bits(table.name.data(), table.name.size()));
  used_.push_back(0);
  return static_cast<TableId>(tables_.size() - 1);
}

// --- The hash table -----------------------------------------------------------------------------

std::uint64_t Replica::hash(TableId table, base::ByteView key) const {
  return XXH3_64bits_withSeed(key.data(), key.size(), seeds_[table]);
}

std::uint64_t Replica::weight(std::uint64_t hash, const Version& version) {
  const std::array<std::uint64_t, 3> all{hash, version.time, version.origin};
  return XXH3_64bits(all.data(), sizeof all);
}

// Where the pointer to the entry is or would be.
Replica::Entry** Replica::slot(std::uint64_t hash, TableId table, base::ByteView key) const {
  Entry** at = &buckets_[hash & (buckets_.size() - 1)];
  while (*at != nullptr && ((*at)->table != table || !std::ranges::equal((*at)->key(), key))) {
    at = &(*at)->chained;
  }
  return at;
}

Replica::Entry* Replica::find_entry(TableId table, base::ByteView key) const {
  return buckets_.empty() ? nullptr : *slot(hash(table, key), table, key);
}

const Replica::Entry* Replica::find(TableId table, base::ByteView key) const {
  return find_entry(table, key);
}

void Replica::grow() {
  std::vector<Entry*> before(std::max(kFirstSlots, 2 * buckets_.size()), nullptr);
  before.swap(buckets_);
  for (Entry* entry : before) {
    while (entry != nullptr) {
      Entry* const next = entry->chained;
      Entry*& head = buckets_[hash(entry->table, entry->key()) & (buckets_.size() - 1)];
      entry->chained = head;
      head = entry;
      entry = next;
    }
  }
  hand_ = 0;
}

// As the newest change.
void Replica::link(Entry& entry) {
  entry.sequence = ++sequence_;
  entry.older = newest_;
  entry.newer = nullptr;
  (newest_ == nullptr ? oldest_ : newest_->newer) = &entry;
  newest_ = &entry;
  for (Cursor* cursor : cursors_) {
    if (cursor->next_ == nullptr) cursor->next_ = &entry;
  }
}

void Replica::unlink(Entry& entry) {
  for (Cursor* cursor : cursors_) {
    if (cursor->next_ == &entry) cursor->next_ = entry.newer;
  }
  (entry.older == nullptr ? oldest_ : entry.older->newer) = entry.newer;
  (entry.newer == nullptr ? newest_ : entry.newer->older) = entry.older;
}

void Replica::erase(Entry** slot) {
  Entry* const entry = *slot;
  const std::uint64_t hashed = hash(entry->table, entry->key());
  digest_[bucket_of(hashed)] -= weight(hashed, entry->version());
  unlink(*entry);
  *slot = entry->chained;
  --used_[entry->table];
  --count_;
  ::operator delete(entry);
}

void Replica::for_each_in(std::size_t bucket,
                          const std::function<void(const Entry&)>& visit) const {
  for (const Entry* entry = oldest_; entry != nullptr; entry = entry->newer) {
    if (bucket_of(hash(entry->table, entry->key())) == bucket) visit(*entry);
  }
}

void Replica::walk_back(Sequence before, const std::function<bool(const Entry&)>& visit) const {
  for (const Entry* entry = newest_; entry != nullptr; entry = entry->older) {
    if (entry->sequence < before && !visit(*entry)) return;
  }
}

// --- Changes ------------------------------------------------------------------------------------

// Some more than the table: its proxy says what has to go.
std::uint64_t Replica::room(TableId table) const {
  const std::uint64_t size = tables_[table].size;
  return size + size / 8 + 64;
}

// Whatever was there of it is replaced.
Replica::Verdict Replica::put(const Record& record, std::uint8_t by, base::TimePoint now) {
  if (count_ >= buckets_.size()) grow();
  const std::uint64_t hashed = hash(record.table, record.key);
  Entry** at = slot(hashed, record.table, record.key);
  if (*at != nullptr) {
    erase(at);
    at = slot(hashed, record.table, record.key);
  } else if (used_[record.table] >= room(record.table)) {
    return Verdict::Full;
  }
  const std::size_t bytes = record.key.size() + record.value.size();
  auto* const entry = new (::operator new(sizeof(Entry) + bytes)) Entry;
  entry->deadline = deadline_after(record.expires_in, now);
  entry->version_time = record.version.time;
  entry->origin = record.version.origin;
  entry->table = record.table;
  entry->life = record.life;
  entry->by = by;
  entry->key_bytes = static_cast<std::uint16_t>(record.key.size());
  entry->value_bytes = static_cast<std::uint16_t>(record.value.size());
  auto* const room = reinterpret_cast<std::uint8_t*>(entry + 1);
  std::ranges::copy(record.key, room);
  std::ranges::copy(record.value, room + record.key.size());
  *at = entry;
  ++used_[record.table];
  ++count_;
  digest_[bucket_of(hashed)] += weight(hashed, record.version);
  link(*entry);
  return Verdict::Taken;
}

// To whoever brought an older one.
void Replica::give_again(Entry& entry) {
  unlink(entry);
  entry.by = 0;
  link(entry);
}

Replica::Verdict Replica::change(const Record& local, std::uint8_t by, base::TimePoint now,
                                 base::TimePoint made) {
  assert(local.table < tables_.size());
  Entry* const known = find_entry(local.table, local.key);
  if (known == nullptr && local.life == Life::Removed) return Verdict::Known;
  if (known != nullptr && known->origin == self_ && known->life == local.life &&
      std::ranges::equal(known->value(), local.value)) {
    const auto moved = deadline_after(local.expires_in, now) - known->deadline;
    if (local.life == Life::Pinned || std::chrono::abs(moved) < kSameDeadline) {
      return Verdict::Known;
    }
  }
  Record stamped = local;
  stamped.version = {clock_.at(made), self_};
  if (known != nullptr && known->version() >= stamped.version) {
    if (known->origin != self_ && known->version_time > stamped.version.time) {
      give_again(*known);
      return Verdict::Known;
    }
    stamped.version.time = known->version_time + 1;  // in the order in which they come
  }
  if (stamped.life == Life::Removed) {
    stamped.expires_in = std::min(full_time(local.table), base::Duration(kRemovedKept));
    stamped.value = {};
  }
  return put(stamped, by, now);
}

Replica::Verdict Replica::restate(const Record& local, std::uint8_t by, base::TimePoint now) {
  const Entry* const known = find(local.table, local.key);
  if (known != nullptr) {
    if (local.life != Life::Pinned || known->life != Life::Aging) return Verdict::Known;
    // Only that it is pinned is news; the value may be old, and must not win over a newer one.
    const base::Bytes value(known->value().begin(), known->value().end());
    Record pinned = local;
    pinned.value = value;
    pinned.version = {known->version_time + 1, self_};
    return put(pinned, std::ranges::equal(value, local.value) ? by : 0, now);
  }
  Record stamped = local;
  stamped.version = {1, self_};
  return put(stamped, by, now);
}

Replica::Verdict Replica::merge(const Record& remote, base::TimePoint now) {
  assert(remote.table < tables_.size());
  clock_.observe(remote.version.time, now);
  const Entry* const known = find(remote.table, remote.key);
  if (known != nullptr && known->version() >= remote.version) return Verdict::Known;
  Record taken = remote;
  // Only this node's own proxy can have pinned it, and knows whether it still does.
  const bool pinned = known != nullptr && known->origin == self_ && known->life == Life::Pinned;
  if (taken.version.origin == self_ && taken.life == Life::Pinned && !pinned) {
    taken.life = Life::Aging;
    taken.expires_in = full_time(remote.table);
  }
  return put(taken, 0, now);
}

void Replica::forget(TableId table, base::ByteView key, const Version& version) {
  if (buckets_.empty()) return;
  Entry** const at = slot(hash(table, key), table, key);
  if (*at == nullptr || (*at)->version() > version) return;
  ended_(**at);
  erase(at);
}

}  // namespace wslb::agent::sticky

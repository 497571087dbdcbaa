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
// An origin that is connected has this long, on top, to say that its entry is over.
constexpr std::chrono::seconds kGrace{60};
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

const Replica::Entry* Replica::find(TableId table, base::ByteView key) const {
  return buckets_.empty() ? nullptr : *slot(hash(table, key), table, key);
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

Replica::Verdict Replica::change(const Record& local, std::uint8_t by, base::TimePoint now,
                                 std::uint64_t wall_us) {
  assert(local.table < tables_.size());
  const Entry* const known = find(local.table, local.key);
  if (known == nullptr && local.life == Life::Removed) return Verdict::Known;
  if (known != nullptr && known->origin == self_ && known->life == local.life &&
      std::ranges::equal(known->value(), local.value)) {
    const auto moved = deadline_after(local.expires_in, now) - known->deadline;
    if (local.life == Life::Pinned || std::chrono::abs(moved) < kSameDeadline) {
      return Verdict::Known;
    }
  }
  Record stamped = local;
  newest_time_ = std::max(newest_time_ + 1, wall_us);
  stamped.version = {newest_time_, self_};
  if (stamped.life == Life::Removed) {
    stamped.expires_in = std::min(full_time(local.table), base::Duration(kRemovedKept));
    stamped.value = {};
  }
  return put(stamped, by, now);
}

Replica::Verdict Replica::restate(const Record& local, std::uint8_t by, base::TimePoint now,
                                  std::uint64_t wall_us) {
  const Entry* const known = find(local.table, local.key);
  if (known != nullptr) {
    const bool is_news = local.life == Life::Pinned && known->life == Life::Aging;
    return is_news ? change(local, by, now, wall_us) : Verdict::Known;
  }
  Record stamped = local;
  stamped.version = {1, self_};
  return put(stamped, by, now);
}

Replica::Verdict Replica::merge(const Record& remote, base::TimePoint now) {
  assert(remote.table < tables_.size());
  newest_time_ = std::max(newest_time_, remote.version.time);
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

// --- Time ---------------------------------------------------------------------------------------

void Replica::origin_present(NodeId origin) {
  origins_[origin].present = true;
}

void Replica::origin_away(NodeId origin, base::TimePoint now) {
  origins_[origin] = {false, now};
}

void Replica::release_pins(base::TimePoint now, std::uint64_t wall_us) {
  const Sequence last = sequence_;
  for (Entry* entry = oldest_; entry != nullptr && entry->sequence <= last;) {
    Entry* const next = entry->newer;
    if (entry->origin == self_ && entry->life == Life::Pinned) {
      const base::Bytes key(entry->key().begin(), entry->key().end());
      const base::Bytes value(entry->value().begin(), entry->value().end());
      Record record{.table = entry->table, .key = key, .value = value};
      record.expires_in = full_time(entry->table);
      change(record, entry->by, now, wall_us);
    }
    entry = next;
  }
}

base::Duration Replica::full_time(TableId table) const {
  const base::Duration expire = tables_[table].expire;
  return expire.count() > 0 ? expire : base::Duration::max();
}

bool Replica::is_over(const Entry& entry, base::TimePoint now) const {
  if (entry.origin == self_) return entry.life != Life::Pinned && now >= entry.deadline;
  const auto found = origins_.find(entry.origin);
  const Origin origin = found == origins_.end() ? Origin{false, begin_} : found->second;
  if (entry.life == Life::Pinned) {
    return !origin.present && now - origin.away_since >= full_time(entry.table);
  }
  if (entry.deadline == base::TimePoint::max()) return false;
  return now >= entry.deadline + (origin.present ? kGrace : std::chrono::seconds(0));
}

void Replica::sweep(std::size_t share, base::TimePoint now) {
  const std::size_t count = buckets_.size() / share + 1;
  for (std::size_t i = 0; i < count && !buckets_.empty(); ++i) {
    hand_ = (hand_ + 1) & (buckets_.size() - 1);
    for (Entry** at = &buckets_[hand_]; *at != nullptr;) {
      if (!is_over(**at, now)) {
        at = &(*at)->chained;
        continue;
      }
      ended_(**at);
      erase(at);
    }
  }
}

void Replica::for_each_in(std::size_t bucket,
                          const std::function<void(const Entry&)>& visit) const {
  for (const Entry* entry = oldest_; entry != nullptr; entry = entry->newer) {
    if (bucket_of(hash(entry->table, entry->key())) == bucket) visit(*entry);
  }
}

Record Replica::record_of(const Entry& entry, base::TimePoint now) const {
  Record record{.table = entry.table, .key = entry.key(), .value = entry.value()};
  record.version = entry.version();
  record.life = entry.life;
  const bool never = entry.deadline == base::TimePoint::max();
  record.expires_in = never ? base::Duration::max()
                            : std::max(base::Duration(0), base::Duration(entry.deadline - now));
  return record;
}

}  // namespace wslb::agent::sticky

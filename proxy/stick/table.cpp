#include "proxy/stick/table.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <new>

#include <xxhash.h>

namespace wslb::proxy::stick {
namespace {

// Buckets cost 8 bytes each, once they are used: a table never grows its array, since that would
// hold up everybody for as long as it takes to move a million entries.
constexpr std::size_t kBucketsMin = 16;
constexpr std::size_t kBucketsMax = std::size_t{1} << 24U;
// How far an entry with less time than others looks for its place.
constexpr int kStepsBack = 64;
// Of an operation on something else, lest a great many that expire at once hold it up.
constexpr std::size_t kExpiredAtOnce = 16;

Tick expire_of(const config::StickTable& definition) {
  using std::chrono::milliseconds;
  if (!definition.expire) return 0;
  return static_cast<Tick>(std::chrono::ceil<milliseconds>(*definition.expire).count());
}

bool is_before(Tick one, Tick other) {
  return static_cast<std::int32_t>(one - other) < 0;
}

}  // namespace

Table::Table(const config::StickTable& definition, std::uint64_t seed)
    : definition_(definition),
      layout_(definition),
      seed_(seed),
      expire_ms_(expire_of(definition)),
      mask_(std::clamp(std::bit_ceil(std::size_t{definition.size} / 2 + 1), kBucketsMin,
                       kBucketsMax) -
            1),
      buckets_(static_cast<Entry**>(std::calloc(mask_ + 1, sizeof(Entry*)))),
      sweep_(mask_ + 1) {
  if (buckets_ == nullptr) throw std::bad_alloc();
}

Table::~Table() {
  for (std::size_t i = 0; i <= mask_; ++i) {
    for (Entry* entry = buckets_[i]; entry != nullptr;) {
      Entry* const next = entry->chain;
      entry->~Entry();
      std::free(entry);
      entry = next;
    }
  }
  std::free(buckets_);
}

std::uint8_t* Table::data(Entry& entry) const {
  return reinterpret_cast<std::uint8_t*>(&entry + 1);
}

const std::uint8_t* Table::data(const Entry& entry) const {
  return reinterpret_cast<const std::uint8_t*>(&entry + 1);
}

base::ByteView Table::key(const Entry& entry) const {
  return {data(entry) + layout_.bytes(), entry.key_bytes};
}

// Where the pointer to the entry of that key is, or would be.
Entry** Table::place_of(base::ByteView wanted) {
  const std::uint64_t hash = ::XXH3_64bits_withSeed(wanted.data(), wanted.size(), seed_);
  Entry** place = &buckets_[hash & mask_];
  while (*place != nullptr && !std::ranges::equal(key(**place), wanted)) place = &(*place)->chain;
  return place;
}

Entry* Table::find(base::ByteView wanted, base::TimePoint now) {
  Entry* const entry = *place_of(wanted);
  if (entry == nullptr || entry->is_gone) return nullptr;
  if (!is_expired(*entry, tick_of(now))) return entry;
  leave_lists(*entry);
  destroy(*entry);
  return nullptr;
}

Entry* Table::find_or_add(base::ByteView wanted, base::TimePoint now) {
  expire(tick_of(now), kExpiredAtOnce);
  if (Entry* const entry = find(wanted, now)) return entry;
  if (!make_room(now)) return nullptr;
  Entry* const entry = create(wanted, place_of(wanted));
  start_clock(*entry, tick_of(now) + expire_ms_);
  changed(*entry);
  return entry;
}

// There may be one whose removal was not told yet.
Entry* Table::create(base::ByteView wanted, Entry** place) {
  Entry* entry = *place;
  if (entry != nullptr) {
    assert(entry->is_gone);
    entry->is_gone = false;
    --graves_;
  } else {
    const std::size_t bytes = sizeof(Entry) + layout_.bytes() + wanted.size();
    void* const memory = std::malloc(bytes);
    if (memory == nullptr) throw std::bad_alloc();
    entry = new (memory) Entry;
    entry->key_bytes = static_cast<std::uint16_t>(wanted.size());
    std::ranges::copy(wanted, data(*entry) + layout_.bytes());
    *place = entry;
  }
  std::memset(data(*entry), 0, layout_.bytes());
  ++used_;
  return entry;
}

bool Table::make_room(base::TimePoint now) {
  if (used_ < definition_.size) return true;
  expire(tick_of(now), definition_.size / 256 + kExpiredAtOnce);
  if (used_ < definition_.size) return true;
  if (!definition_.nopurge) purge(tick_of(now));
  return used_ < definition_.size;
}

// As many as HAProxy drops.
void Table::purge(Tick now) {
  const std::size_t wanted = definition_.size / 256 + 1;
  std::size_t dropped = 0;
  for (std::size_t looks = 0; looks < 2 * wanted + kExpiredAtOnce && dropped < wanted; ++looks) {
    Entry* const oldest = by_use_.front();
    if (oldest == nullptr) return;
    if (is_pinned_elsewhere(*oldest)) {
      by_use_.erase(*oldest);
      by_use_.push_back(*oldest);
      continue;
    }
    bury(*oldest, true, now);
    ++dropped;
    ++purged_;
  }
}

bool Table::is_expired(const Entry& entry, Tick now) const {
  return expire_ms_ > 0 && entry.holders == 0 && !is_pinned_elsewhere(entry) &&
         !is_before(now, entry.expires);
}

bool Table::is_pinned_elsewhere(const Entry& entry) const {
  return entry.pinned_in == pin_round_;
}

// Expiry is not told: every host sees it by itself.
void Table::expire(Tick now, std::size_t most) {
  if (expire_ms_ == 0) return;
  for (std::size_t i = 0; i < most; ++i) {
    Entry* const oldest = by_use_.front();
    if (oldest == nullptr || is_before(now, oldest->expires)) return;
    leave_lists(*oldest);
    if (is_pinned_elsewhere(*oldest)) {
      start_clock(*oldest, now + expire_ms_);
    } else {
      destroy(*oldest);
    }
  }
}

void Table::start_clock(Entry& entry, Tick expires) {
  entry.expires = expires;
  Entry* place = by_use_.back();
  for (int i = 0; i < kStepsBack && place != nullptr; ++i) {
    if (!is_before(expires, place->expires)) break;
    place = ByUse::before(*place);
  }
  by_use_.insert_behind(place, entry);
}

void Table::use(Entry& entry, base::TimePoint now) {
  const Tick expires = tick_of(now) + expire_ms_;
  if (entry.holders == 0) {
    by_use_.erase(entry);
    start_clock(entry, expires);
  } else {
    entry.expires = expires;
  }
  note_use(entry);
}

// Those who follow need not know of every use.
void Table::note_use(Entry& entry) {
  if (expire_ms_ > 0 && entry.expires - entry.announced > expire_ms_ / 8) changed(entry);
}

void Table::hold(Entry& entry, Holder holder, base::TimePoint now) {
  if (entry.holders++ == 0) by_use_.erase(entry);
  if (holder == Holder::Tunnel) become_tunnel(entry, now);
}

void Table::become_tunnel(Entry& entry, base::TimePoint now) {
  assert(entry.holders > entry.tunnels);
  if (entry.tunnels++ > 0) return;
  entry.expires = tick_of(now) + expire_ms_;
  changed(entry);
}

void Table::release(Entry& entry, Holder holder, base::TimePoint now) {
  assert(entry.holders > 0);
  if (holder == Holder::Tunnel && --entry.tunnels == 0) {
    entry.expires = tick_of(now) + expire_ms_;
    changed(entry);
  }
  if (--entry.holders > 0) return;
  start_clock(entry, tick_of(now) + expire_ms_);
  note_use(entry);
}

bool Table::remove(Entry& entry, base::TimePoint now) {
  if (entry.holders > 0) return false;
  bury(entry, false, tick_of(now));
  return true;
}

void Table::leave_lists(Entry& entry) {
  if (entry.holders == 0 && !entry.is_gone) by_use_.erase(entry);
  leave_changes(entry);
}

// Its removal is to be told, if anybody follows and there are not too many such.
void Table::bury(Entry& entry, bool purged, Tick now) {
  leave_lists(entry);
  if (!followed_ || graves_ >= definition_.size) return destroy(entry);
  clear_data(entry);
  entry.is_gone = true;
  entry.is_purged = purged;
  entry.pinned_in = 0;
  entry.expires = now + expire_ms_;
  --used_;
  ++graves_;
  changed(entry);
}

void Table::clear_data(Entry& entry) {
  if (const auto slot = layout_.find({config::StickData::ServerKey})) {
    std::uint32_t number = 0;
    std::memcpy(&number, data(entry) + slot->offset, sizeof number);
    names_.give_back(number);
  }
  std::memset(data(entry), 0, layout_.bytes());
}

// It is in no list any more.
void Table::destroy(Entry& entry) {
  entry.is_gone ? --graves_ : --used_;
  clear_data(entry);
  *place_of(key(entry)) = entry.chain;
  entry.~Entry();
  std::free(&entry);
}

std::optional<base::Duration> Table::expires_in(const Entry& entry, base::TimePoint now) const {
  if (expire_ms_ == 0) return std::nullopt;
  if (entry.holders > 0) return std::chrono::milliseconds(expire_ms_);
  const auto left = static_cast<std::int32_t>(entry.expires - tick_of(now));
  return std::chrono::milliseconds(std::max(left, 0));
}

std::size_t Table::used(base::TimePoint now) {
  expire(tick_of(now), used_);
  return used_;
}

std::size_t Table::visit(std::size_t bucket, std::size_t count,
                         const std::function<void(Entry&)>& visit, base::TimePoint now) {
  const std::size_t end = std::min(buckets(), bucket + count);
  for (std::size_t i = bucket; i < end; ++i) {
    for (Entry* entry = buckets_[i]; entry != nullptr;) {
      Entry* const next = entry->chain;
      if (!entry->is_gone && !is_expired(*entry, tick_of(now))) visit(*entry);
      entry = next;
    }
  }
  return end;
}

}  // namespace wslb::proxy::stick

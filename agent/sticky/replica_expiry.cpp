// When entries are over.
#include <algorithm>

#include "agent/sticky/replica.h"

namespace wslb::agent::sticky {
namespace {

// An origin that is connected has this long, on top, to say that its entry is over.
constexpr std::chrono::seconds kGrace{60};

}  // namespace

void Replica::origin_present(NodeId origin) {
  origins_[origin].present = true;
}

void Replica::origin_away(NodeId origin, base::TimePoint now) {
  origins_[origin] = {false, now};
}

// Nobody knows when exactly it died: their versions grow by as little as possible, so that they win
// over nothing that another host has changed.
void Replica::release_pins(base::TimePoint now) {
  const Sequence last = sequence_;
  for (Entry* entry = oldest_; entry != nullptr && entry->sequence <= last;) {
    Entry* const next = entry->newer;
    if (entry->origin == self_ && entry->life == Life::Pinned) {
      const base::Bytes key(entry->key().begin(), entry->key().end());
      const base::Bytes value(entry->value().begin(), entry->value().end());
      Record record{.table = entry->table, .key = key, .value = value};
      record.version = {entry->version_time + 1, self_};
      record.expires_in = full_time(entry->table);
      put(record, entry->by, now);
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

#include "agent/sticky/proxy_session.h"

#include <algorithm>

namespace wslb::agent::sticky {
namespace {

constexpr std::size_t kPacketRecordsMax = 256;
constexpr std::size_t kPacketBytesMax = 32768;
constexpr std::size_t kEntryBytesMax = 16384;

}  // namespace

void ProxySession::connect() {
  connected_ = true;
  synced_ = false;
  ours_.clear();
  theirs_.clear();
  ended_.clear();
  to_ack_.reset();
  loads_sent_ = 0;
}

void ProxySession::disconnect(base::TimePoint now) {
  connected_ = false;
  cursor_.reset();
  loads_.forget_own();
  replica_.release_pins(now);
}

base::Result<void> ProxySession::define(const Tables& tables) {
  for (const auto& [id, table] : tables.tables) {
    if (id >= Replica::kTablesMax) return base::Error{"declared an impossible table"};
    const TableId ours = replica_.define(table);
    if (ours_.size() <= id) ours_.resize(id + 1U);
    if (theirs_.size() <= ours) theirs_.resize(ours + 1U);
    ours_[id] = ours;
    theirs_[ours] = id;
  }
  cursor_.emplace(replica_);
  everything_until_ = replica_.sequence();
  synced_ = false;
  return {};
}

base::Result<void> ProxySession::take(const ProxyChanges& changes, base::TimePoint now) {
  for (const ProxyChange& change : changes.changes) {
    Record record = change.record;
    if (record.table >= ours_.size() || !ours_[record.table]) {
      return base::Error{"sent an entry of an unknown table"};
    }
    if (record.key.size() + record.value.size() > kEntryBytesMax) {
      return base::Error{"sent an entry that is too large"};
    }
    record.table = *ours_[record.table];
    if (change.kind == ProxyChange::Kind::Purged) {
      purge(record);
      continue;
    }
    if (change.kind == ProxyChange::Kind::Removed) record.life = Life::Removed;
    const bool restated = change.kind == ProxyChange::Kind::Restated;
    const auto verdict = restated ? replica_.restate(record, kBy, now)
                                  : replica_.change(record, kBy, now, change.made);
    if (verdict == Replica::Verdict::Full) ++refused_;
  }
  to_ack_ = changes.number;
  return {};
}

// Another node's entries are not this proxy's to end.
void ProxySession::purge(const Record& record) {
  const Replica::Entry* const entry = replica_.find(record.table, record.key);
  if (entry == nullptr || entry->origin != replica_.self()) return;
  replica_.forget(record.table, record.key, entry->version());
}

bool ProxySession::has_output() const {
  if (!connected_) return false;
  return to_ack_ || !ended_.empty() || loads_.elsewhere().has_after(loads_sent_) ||
         (cursor_ && (!cursor_->at_end() || (!synced_ && !is_held_back_)));
}

std::optional<ProxyFrame> ProxySession::next(base::TimePoint now) {
  if (!connected_) return std::nullopt;
  if (to_ack_) return Ack{*std::exchange(to_ack_, std::nullopt)};
  if (auto loads = loads_.elsewhere().after(loads_sent_); !loads.loads.empty()) return loads;
  if (!cursor_) return std::nullopt;
  if (!ended_.empty()) {
    Ended frame = ended_.next();
    std::erase_if(frame.records, [this](Record& record) {
      const bool known = record.table < theirs_.size() && theirs_[record.table];
      if (known) record.table = *theirs_[record.table];
      return !known;
    });
    return frame;
  }
  Entries frame;
  std::size_t bytes = 0;
  while (frame.records.size() < kPacketRecordsMax && bytes < kPacketBytesMax &&
         !cursor_->at_end()) {
    const Replica::Entry& entry = *cursor_->advance();
    if (!is_for_proxy(entry, now)) continue;
    frame.records.push_back(replica_.record_of(entry, now));
    frame.records.back().table = *theirs_[entry.table];
    bytes += entry.key_bytes + entry.value_bytes;
  }
  if (!frame.records.empty()) return frame;
  if (is_held_back_ || std::exchange(synced_, true)) return std::nullopt;
  return Synced{};
}

bool ProxySession::is_for_proxy(const Replica::Entry& entry, base::TimePoint now) const {
  if (entry.table >= theirs_.size() || !theirs_[entry.table]) return false;
  const bool at_first = entry.sequence <= everything_until_;
  if (!at_first) return entry.by != kBy;
  return entry.life != Life::Aging || entry.deadline > now;
}

}  // namespace wslb::agent::sticky

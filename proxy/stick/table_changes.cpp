// The part of Table that keeps other proxies in step: what changed here, and what changed there.
#include <algorithm>
#include <chrono>
#include <utility>

#include "proxy/stick/table.h"

namespace wslb::proxy::stick {
// An entry that waits to be given out keeps its place, whatever else happens to it.
void Table::changed(Entry& entry) {
  if (!followed_) return;
  entry.is_repin = false;
  if (entry.is_change && number_of(entry) > last_taken_) return;
  const bool had_changes = has_changes();
  leave_changes(entry);
  entry.change = static_cast<std::uint32_t>(++last_change_);
  entry.is_change = true;
  by_change_.push_back(entry);
  if (untaken_ == nullptr) untaken_ = &entry;
  if (!had_changes && on_changes_) on_changes_();
}

void Table::leave_changes(Entry& entry) {
  if (!entry.is_change) return;
  if (untaken_ == &entry) untaken_ = ByChange::after(entry);
  by_change_.erase(entry);
  entry.is_change = false;
}

// The list is far shorter than the numbers that the lower half tells apart.
std::uint64_t Table::number_of(const Entry& entry) const {
  return last_change_ -
         static_cast<std::uint32_t>(static_cast<std::uint32_t>(last_change_) - entry.change);
}

std::size_t Table::take_changes(std::size_t max, base::TimePoint now, std::vector<Record>& out) {
  const std::size_t before = out.size();
  for (; untaken_ != nullptr && out.size() - before < max; untaken_ = ByChange::after(*untaken_)) {
    last_taken_ = number_of(*untaken_);
    out.push_back(record_of(*untaken_, now));
  }
  while (sweep_ < buckets() && out.size() - before < max) {
    sweep_ = visit(
        sweep_, 1,
        [&](Entry& entry) {
          if (entry.is_change) return;
          out.push_back(record_of(entry, now));
          out.back().restated = true;
        },
        now);
  }
  return out.size() - before;
}

void Table::acknowledge(std::uint64_t number) {
  for (Entry* entry = by_change_.front(); entry != nullptr && entry != untaken_;) {
    if (number_of(*entry) > number) return;
    Entry* const next = ByChange::after(*entry);
    leave_changes(*entry);
    if (entry->is_gone) destroy(*entry);
    entry = next;
  }
}

void Table::mark_all() {
  const bool had_changes = has_changes();
  followed_ = true;
  untaken_ = by_change_.front();
  sweep_ = 0;
  // What was given out and is given out again has to count as not taken.
  if (untaken_ != nullptr) last_taken_ = std::min(last_taken_, number_of(*untaken_) - 1);
  if (!had_changes && on_changes_) on_changes_();
}

void Table::forget_follower() {
  followed_ = false;
  sweep_ = buckets();
  untaken_ = nullptr;
  for (Entry* entry = by_change_.front(); entry != nullptr;) {
    Entry* const next = ByChange::after(*entry);
    leave_changes(*entry);
    if (entry->is_gone) destroy(*entry);
    entry = next;
  }
  if (++pin_round_ == 0) pin_round_ = 1;
}

bool Table::apply(const Record& remote, base::TimePoint now) {
  Entry** const place = place_of(remote.key);
  Entry* entry = *place;
  if (entry != nullptr && entry->is_change && !entry->is_repin) return false;
  if (remote.removed) {
    if (entry == nullptr) return true;
    if (entry->holders > 0) {  // the others are to have it again
      entry->expires = tick_of(now) + expire_ms_;
      changed(*entry);
      return false;
    }
    leave_lists(*entry);
    destroy(*entry);
    return true;
  }
  const Tick tick = tick_of(now);
  if (entry == nullptr) {
    if (remote.key.size() > definition_.key_length || !make_room(now)) return false;
    entry = create(remote.key, place_of(remote.key));
    start_clock(*entry, tick);
  }
  for (const Datum& datum : remote.data) {
    const auto type = static_cast<config::StickData>(datum.type);
    const bool known = datum.type < config::kStickDataTypes;
    const bool ours = type == config::StickData::ConnCur || type == config::StickData::ServerKey;
    if (known && !ours) put(*entry, {type, datum.index}, datum, tick);
  }
  const auto id = value(*entry, {config::StickData::ServerId}, now);
  const bool followed = std::exchange(followed_, false);  // what came in does not go out
  set_server(*entry, remote.server, static_cast<std::uint32_t>(id.value_or(0)));
  followed_ = followed;
  entry->pinned_in = remote.pinned ? pin_round_ : 0;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(remote.expires_in).count();
  const auto most = static_cast<std::int64_t>(expire_ms_);
  const bool whole = remote.pinned || left <= 0 || left > most;
  const Tick expires = tick + static_cast<Tick>(whole ? most : left);
  if (entry->holders == 0) {
    by_use_.erase(*entry);
    start_clock(*entry, expires);
    entry->announced = expires;
  }
  // A tunnel of ours holds it, whoever else let go of it.
  if (entry->tunnels > 0 && !remote.pinned) {
    changed(*entry);
    entry->is_repin = true;
  }
  return true;
}

}  // namespace wslb::proxy::stick

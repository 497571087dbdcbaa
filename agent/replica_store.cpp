#include "agent/replica_store.h"

#include <algorithm>
#include <chrono>

#include "proto/sticky.pb.h"

namespace wslb::agent {
namespace {

using std::chrono::milliseconds;

constexpr std::uint8_t kByHaproxy = 2;  // 0 are peer agents, 1 is this host's proxy
constexpr std::chrono::seconds kSameExpiry{1};

proto::StickyDatum& place_of(proto::StickyValue& value, const peers::Datum& datum) {
  for (proto::StickyDatum& one : *value.mutable_data()) {
    if (one.type() == datum.type && one.index() == datum.index) return one;
  }
  return *value.add_data();
}

// HAProxy's table may store more than ours, or less: then what it does not speak of stays.
std::string merged_value(base::ByteView known, const peers::Update& update,
                         const sticky::Table& table) {
  proto::StickyValue value;
  if (!value.ParseFromArray(known.data(), static_cast<int>(known.size()))) value.Clear();
  if (!update.server.empty()) value.set_server(update.server);
  for (const peers::Datum& datum : update.data) {
    if (std::ranges::count(table.fields, datum.type, &sticky::Field::type) == 0) continue;
    proto::StickyDatum& out = place_of(value, datum);
    out.set_type(datum.type);
    out.set_index(datum.index);
    out.set_value(datum.value);
    out.set_age_ms(datum.age_ms);
    out.set_previous(datum.previous);
  }
  return value.SerializeAsString();
}

void read_value(base::ByteView bytes, peers::Update& update) {
  proto::StickyValue value;
  if (!value.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  update.server = value.server();
  for (const proto::StickyDatum& one : value.data()) {
    update.data.push_back({.type = static_cast<std::uint8_t>(one.type()),
                           .index = static_cast<std::uint8_t>(one.index()),
                           .value = one.value(),
                           .age_ms = one.age_ms(),
                           .previous = static_cast<std::uint32_t>(one.previous())});
  }
}

}  // namespace

const peers::Table* ReplicaStore::table(const std::string& name) const {
  const auto id = replica_.find_table(name);
  if (!id || !tables_.contains(name)) return nullptr;
  const sticky::Table& known = replica_.tables()[*id];
  table_ = {.name = name,
            .key_type = static_cast<peers::KeyType>(known.key_type),
            .key_length = known.key_length,
            .expire = std::chrono::duration_cast<milliseconds>(known.expire),
            .data = {}};
  for (const sticky::Field& field : known.fields) {
    if (field.type == peers::kConnCur) continue;  // each counts its own
    const bool is_array = peers::is_array(field.type);
    table_.data.push_back({.type = field.type,
                           .elements = is_array ? field.elements : 0U,
                           .period = milliseconds(field.period_ms)});
  }
  return &table_;
}

// Thrice in the shortest time after which one may expire there.
base::Duration ReplicaStore::refresh_interval() const {
  base::Duration shortest = base::Duration::max();
  for (const sticky::Table& table : replica_.tables()) {
    const bool ages = table.expire.count() > 0 && tables_.contains(table.name);
    if (ages) shortest = std::min(shortest, table.expire / 3);
  }
  return shortest;
}

// HAProxy knows no removal. What others changed they tell themselves, HAProxies too: each has all
// the others in its section, and passes on what it has learned to none but who asks for everything.
bool ReplicaStore::is_for(const sticky::Replica::Entry& entry, peers::Scope scope) const {
  if (entry.life == sticky::Life::Removed) return false;
  if (!tables_.contains(replica_.tables()[entry.table].name)) return false;
  if (scope == peers::Scope::Everything) return true;
  if (scope == peers::Scope::Held && entry.life != sticky::Life::Pinned) return false;
  return entry.origin == replica_.self() && entry.by != kByHaproxy;
}

std::optional<peers::Change> ReplicaStore::next_change(std::uint64_t after, const std::string& peer,
                                                       peers::Scope scope) {
  Reader& reader = readers_[{peer, scope}];
  if (!reader.cursor || reader.at != after) {
    reader.cursor = std::make_unique<sticky::Replica::Cursor>(replica_, after);
    reader.at = after;
  }
  while (const sticky::Replica::Entry* const entry = reader.cursor->advance()) {
    if (!is_for(*entry, scope)) continue;
    const sticky::Record record = replica_.record_of(*entry, std::chrono::steady_clock::now());
    peers::Change change{.number = entry->sequence, .update = {}};
    change.update.table = replica_.tables()[entry->table].name;
    change.update.key.assign(record.key.begin(), record.key.end());
    if (record.life == sticky::Life::Aging && record.expires_in != base::Duration::max()) {
      change.update.expires_in = record.expires_in;
    }
    read_value(record.value, change.update);
    reader.at = change.number;
    return change;
  }
  return std::nullopt;
}

void ReplicaStore::apply(const peers::Update& update, const std::string& /*from_peer*/) {
  const auto id = replica_.find_table(update.table);
  if (!id || !tables_.contains(update.table)) return;
  const auto* known = replica_.find(*id, update.key);
  if (known != nullptr && known->life == sticky::Life::Removed) known = nullptr;
  // An open tunnel counts for more than what HAProxy remembers.
  if (known != nullptr && known->life == sticky::Life::Pinned) return;
  const std::string value = merged_value(known != nullptr ? known->value() : base::ByteView(),
                                         update, replica_.tables()[*id]);
  const auto now = std::chrono::steady_clock::now();
  sticky::Record record{.table = *id, .key = update.key, .value = base::view(value)};
  const base::Duration full = replica_.tables()[*id].expire;
  record.expires_in = update.expires_in.value_or(full);
  if (full.count() == 0) record.expires_in = base::Duration::max();
  if (known != nullptr) {
    const auto moved = known->deadline - now - record.expires_in;
    const bool same = std::ranges::equal(known->value(), record.value);
    if (same && std::chrono::abs(moved) < kSameExpiry) return;
  }
  replica_.change(record, kByHaproxy, now, now);
}

}  // namespace wslb::agent

#include "proxy/sticky_record.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "config/stick_data.h"

namespace wslb::proxy {
namespace {

using std::chrono::milliseconds;

std::uint64_t to_ms(base::Duration time) {
  return static_cast<std::uint64_t>(std::chrono::ceil<milliseconds>(time).count());
}

std::string value_of(const stick::Record& record) {
  proto::StickyValue value;
  value.set_server(record.server);
  for (const stick::Datum& datum : record.data) {
    proto::StickyDatum& out = *value.add_data();
    out.set_type(datum.type);
    out.set_index(datum.index);
    out.set_value(datum.value);
    out.set_age_ms(datum.age_ms);
    out.set_previous(datum.previous);
  }
  return value.SerializeAsString();
}

}  // namespace

void write_table(const config::StickTable& table, std::size_t id, proto::StickyTable& out) {
  out.set_id(static_cast<std::uint32_t>(id));
  out.set_name(table.peer_name());
  out.set_key_type(static_cast<std::uint32_t>(table.type));
  out.set_key_length(static_cast<std::uint32_t>(table.key_length));
  out.set_size(table.size);
  out.set_expire_ms(table.expire ? to_ms(*table.expire) : 0);
  for (const config::StoredData& stored : table.store) {
    proto::StickyField& field = *out.add_fields();
    field.set_type(static_cast<std::uint32_t>(stored.type));
    field.set_elements(
        std::min<std::uint32_t>(stored.elements, std::numeric_limits<std::uint8_t>::max()));
    field.set_period_ms(static_cast<std::uint32_t>(to_ms(stored.period)));
  }
}

void write_change(const stick::Record& record, std::size_t table, proto::StickyChange& out) {
  out.set_kind(record.purged     ? proto::StickyChange::PURGED
               : record.removed  ? proto::StickyChange::REMOVED
               : record.restated ? proto::StickyChange::RESTATED
                                 : proto::StickyChange::CHANGED);
  out.set_made_ms(to_ms(record.made.time_since_epoch()));
  proto::StickyRecord& entry = *out.mutable_record();
  entry.set_table(static_cast<std::uint32_t>(table));
  entry.set_key(record.key.data(), record.key.size());
  if (record.removed) return;
  entry.set_value(value_of(record));
  if (record.expires_in.count() > 0) entry.set_expires_in_ms(to_ms(record.expires_in));
  entry.set_life(record.pinned ? proto::StickyRecord::PINNED : proto::StickyRecord::AGING);
}

std::optional<stick::Record> read_record(const proto::StickyRecord& in) {
  constexpr std::uint32_t kByte = std::numeric_limits<std::uint8_t>::max();
  proto::StickyValue value;
  if (!value.ParseFromString(in.value())) return std::nullopt;
  stick::Record record{.key = base::Bytes(in.key().begin(), in.key().end())};
  record.removed = in.life() == proto::StickyRecord::REMOVED;
  record.pinned = in.life() == proto::StickyRecord::PINNED;
  record.server = value.server();
  if (in.has_expires_in_ms()) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
    record.expires_in = milliseconds(
        static_cast<std::int64_t>(std::clamp<std::uint64_t>(in.expires_in_ms(), 1, kMost)));
  }
  for (const proto::StickyDatum& one : value.data()) {
    if (one.type() > kByte || one.index() > kByte) return std::nullopt;
    record.data.push_back({.type = static_cast<std::uint8_t>(one.type()),
                           .index = static_cast<std::uint8_t>(one.index()),
                           .value = one.value(),
                           .age_ms = one.age_ms(),
                           .previous = static_cast<std::uint32_t>(one.previous())});
  }
  return record;
}

}  // namespace wslb::proxy

// The part of Table that reads and writes what entries hold.
#include <algorithm>
#include <chrono>
#include <cstring>

#include "proxy/stick/table.h"

namespace wslb::proxy::stick {
namespace {

using config::StickData;

template <typename T>
T load(const std::uint8_t* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <typename T>
void store(std::uint8_t* to, const T& value) {
  std::memcpy(to, &value, sizeof value);
}

}  // namespace

std::optional<std::uint64_t> Table::value(const Entry& entry, Place place,
                                          base::TimePoint now) const {
  const auto slot = layout_.find(place);
  if (!slot) return std::nullopt;
  const std::uint8_t* const at = data(entry) + slot->offset;
  if (slot->period > 0) return load<FrequencyCounter>(at).total(tick_of(now), slot->period);
  if (slot->bytes == 8) return load<std::uint64_t>(at);
  return load<std::uint32_t>(at);
}

void Table::set(Entry& entry, Place place, std::uint64_t value, base::TimePoint now) {
  const auto slot = layout_.find(place);
  if (!slot) return;
  std::uint8_t* const at = data(entry) + slot->offset;
  if (slot->period > 0) {
    store(at, FrequencyCounter{tick_of(now), static_cast<std::uint32_t>(value), 0});
  } else if (slot->bytes == 8) {
    store(at, value);
  } else {
    store(at, static_cast<std::uint32_t>(value));
  }
  changed(entry);
  use(entry, now);
}

void Table::add(Entry& entry, Place place, std::uint64_t amount, base::TimePoint now) {
  const auto slot = layout_.find(place);
  if (!slot) return;
  std::uint8_t* const at = data(entry) + slot->offset;
  if (slot->period > 0) {
    auto counter = load<FrequencyCounter>(at);
    counter.add(tick_of(now), slot->period, static_cast<std::uint32_t>(amount));
    store(at, counter);
  } else if (slot->bytes == 8) {
    store(at, load<std::uint64_t>(at) + amount);
  } else {
    store(at, load<std::uint32_t>(at) + static_cast<std::uint32_t>(amount));
  }
  if (place.data != StickData::ConnCur) changed(entry);
  use(entry, now);
}

void Table::subtract_one(Entry& entry, Place place) {
  const auto slot = layout_.find(place);
  if (!slot) return;
  std::uint8_t* const at = data(entry) + slot->offset;
  const auto value = load<std::uint32_t>(at);
  if (value > 0) store(at, value - 1);
}

void Table::set_server(Entry& entry, std::string_view name, std::uint32_t id) {
  bool same = true;
  if (const auto slot = layout_.find({StickData::ServerKey})) {
    std::uint8_t* const at = data(entry) + slot->offset;
    const auto before = load<std::uint32_t>(at);
    same = names_.text(before) == name;
    if (!same) {
      store(at, names_.take(name));
      names_.give_back(before);
    }
  }
  if (const auto slot = layout_.find({StickData::ServerId})) {
    std::uint8_t* const at = data(entry) + slot->offset;
    same = same && load<std::uint32_t>(at) == id;
    store(at, id);
  }
  if (!same) changed(entry);
}

std::string_view Table::server(const Entry& entry) const {
  const auto slot = layout_.find({StickData::ServerKey});
  if (!slot) return {};
  return names_.text(load<std::uint32_t>(data(entry) + slot->offset));
}

// What a record says.
void Table::put(Entry& entry, Place place, const Datum& datum, Tick now) {
  const auto slot = layout_.find(place);
  if (!slot) return;
  std::uint8_t* const at = data(entry) + slot->offset;
  if (slot->period > 0) {
    store(at, FrequencyCounter{now - datum.age_ms, static_cast<std::uint32_t>(datum.value),
                               datum.previous});
  } else if (slot->bytes == 8) {
    store(at, datum.value);
  } else {
    store(at, static_cast<std::uint32_t>(datum.value));
  }
}

// Rounded up, lest it be before what was known then.
base::TimePoint Table::used_at(const Entry& entry, base::TimePoint now) const {
  using std::chrono::milliseconds;
  const Tick ago = tick_of(now) - (entry.expires - expire_ms_);
  const auto begun = std::chrono::floor<milliseconds>(now);
  return ago == 0 ? now : begun - milliseconds(ago) + milliseconds(1);
}

Record Table::record_of(Entry& entry, base::TimePoint now) {
  const base::ByteView bytes = key(entry);
  Record record;
  record.key.assign(bytes.begin(), bytes.end());
  record.removed = entry.is_gone;
  record.purged = entry.is_gone && entry.is_purged;
  record.made = used_at(entry, now);
  if (entry.is_gone) return record;
  record.server = server(entry);
  for (const config::StoredData& stored : definition_.store) {
    if (stored.type == StickData::ServerKey || stored.type == StickData::ConnCur) continue;
    for (std::uint32_t i = 0; i < stored.elements; ++i) {
      const auto slot = layout_.find({stored.type, i});
      const std::uint8_t* const at = data(entry) + slot->offset;
      Datum datum{.type = static_cast<std::uint8_t>(stored.type),
                  .index = static_cast<std::uint8_t>(i)};
      if (slot->period > 0) {
        const auto counter = load<FrequencyCounter>(at);
        datum.value = counter.current;
        datum.age_ms = tick_of(now) - counter.begun;
        datum.previous = counter.previous;
      } else {
        datum.value = slot->bytes == 8 ? load<std::uint64_t>(at) : load<std::uint32_t>(at);
      }
      record.data.push_back(datum);
    }
  }
  // It is there, so some time is left.
  if (const auto left = expires_in(entry, now)) {
    record.expires_in = std::max<base::Duration>(*left, std::chrono::milliseconds(1));
  }
  record.pinned = entry.tunnels > 0;
  record.restated = entry.is_repin;
  entry.announced = entry.expires;
  return record;
}

}  // namespace wslb::proxy::stick

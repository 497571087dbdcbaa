#include "proxy/stick_lookup.h"

#include <chrono>

namespace wslb::proxy {
namespace {

using config::StickData;
using config::StickQuery;
using http::Value;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using stick::Place;
using What = StickQuery::What;

Value number(std::uint64_t value) {
  return Value::of(static_cast<std::int64_t>(value));
}

std::int64_t in_milliseconds(base::Duration duration) {
  return std::chrono::duration_cast<milliseconds>(duration).count();
}

Place rate_of(Place counter) {
  if (counter.data == StickData::Gpc0) return {StickData::Gpc0Rate};
  if (counter.data == StickData::Gpc1) return {StickData::Gpc1Rate};
  return {StickData::GpcRate, counter.index};
}

bool makes_an_entry(const StickQuery& query) {
  if (query.what == What::CountConnection) return true;
  return query.of == StickQuery::Of::Source &&
         (query.what == What::Increment || query.what == What::Clear);
}

// Where there is no entry.
std::optional<Value> nothing_for(const StickQuery& query) {
  if (query.what == What::Presence) return Value::of(false);
  if (query.what != What::Expire && query.what != What::Idle) return number(0);
  if (!query.otherwise) return std::nullopt;
  return Value::of(*query.otherwise);
}

}  // namespace

std::uint64_t increment(stick::Table& table, stick::Entry& entry, Place place,
                        base::TimePoint now) {
  const Place rate = rate_of(place);
  table.add(entry, rate, 1, now);
  table.add(entry, place, 1, now);
  if (const auto value = table.value(entry, place, now)) return *value;
  return table.value(entry, rate, now).value_or(0);
}

std::optional<Value> StickLookup::of_key(const StickQuery& query, base::ByteView key) {
  const auto now = steady_clock::now();
  const std::lock_guard lock(table_.mutex);
  stick::Entry* entry = table_.table.find(key, now);
  if (entry == nullptr && makes_an_entry(query)) {
    entry = table_.table.find_or_add(key, now);
    table_.tell_of_purges(now);
  }
  return entry == nullptr ? nothing_for(query) : answer(query, *entry, now);
}

std::optional<Value> StickLookup::of_entry(const StickQuery& query, stick::Entry& entry) {
  const auto now = steady_clock::now();
  const std::lock_guard lock(table_.mutex);
  return answer(query, entry, now);
}

std::optional<Value> StickLookup::answer(const StickQuery& query, stick::Entry& entry,
                                         base::TimePoint now) {
  const stick::Table& table = table_.table;
  switch (query.what) {
    case What::Value:
    case What::Kilobytes: {
      const auto value = table.value(entry, {query.data, query.index}, now);
      if (!value) return std::nullopt;
      return number(query.what == What::Kilobytes ? *value >> 10U : *value);
    }
    case What::Presence:
      return Value::of(true);
    case What::Trackers:
      return number(entry.holders);
    case What::Expire:
      return Value::of(in_milliseconds(table.expires_in(entry, now).value_or(milliseconds(0))));
    case What::Idle: {
      const auto left = table.expires_in(entry, now);
      return Value::of(left ? in_milliseconds(*table.definition().expire - *left)
                            : std::int64_t{0});
    }
    case What::Increment:
    case What::Clear:
    case What::CountConnection:
      return change(query, entry, now);
    case What::Used:
    case What::Available:
      break;
  }
  return std::nullopt;
}

std::optional<Value> StickLookup::change(const StickQuery& query, stick::Entry& entry,
                                         base::TimePoint now) {
  stick::Table& table = table_.table;
  const Place place{query.data, query.index};
  if (query.what == What::Increment) return number(increment(table, entry, place, now));
  const auto before = table.value(entry, place, now);
  if (!before) return std::nullopt;
  if (query.what == What::Clear) {
    table.set(entry, place, 0, now);
    return number(*before);
  }
  table.add(entry, place, 1, now);
  return number(*before + 1);
}

}  // namespace wslb::proxy

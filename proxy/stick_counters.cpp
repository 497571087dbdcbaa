#include "proxy/stick_counters.h"

#include <algorithm>
#include <chrono>

#include "proxy/stick_lookup.h"

namespace wslb::proxy {
namespace {

using config::StickData;
using config::StickQuery;
using http::Value;
using std::chrono::steady_clock;

// What a status says about who is to blame.
bool is_clients_fault(int status) {
  return status >= 400 && status < 500;
}

bool is_servers_fault(int status) {
  return status >= 500 && status < 600 && status != 501 && status != 505;
}

}  // namespace

StickHold* StickCounters::tracked(int counter) const {
  const auto index = static_cast<std::size_t>(counter);
  if (StickHold* const own = own_.find(index)) return own;
  return of_session_ == nullptr ? nullptr : of_session_->find(index);
}

std::optional<Value> StickCounters::value(const StickQuery& query, const Value* key) {
  if (query.of == StickQuery::Of::Tracked) return of_tracked(query);
  const auto table = tables_.find(query.table);
  if (table == nullptr) return std::nullopt;
  if (query.of == StickQuery::Of::Table) {
    const std::lock_guard lock(table->mutex);
    const std::size_t used = table->table.used(steady_clock::now());
    const bool free = query.what == StickQuery::What::Available;
    return Value::of(static_cast<std::int64_t>(free ? table->definition().size - used : used));
  }
  const auto bytes = key == nullptr ? std::nullopt : stick_key(table->definition(), *key);
  if (!bytes) return std::nullopt;
  return StickLookup(*table).of_key(query, *bytes);
}

std::optional<Value> StickCounters::of_tracked(const StickQuery& query) {
  const StickHold* const hold = tracked(query.counter);
  if (query.what == StickQuery::What::Presence) return Value::of(hold != nullptr);
  if (hold == nullptr) return std::nullopt;
  if (query.table.empty()) return StickLookup(*hold->table()).of_entry(query, hold->entry());
  const auto table = tables_.find(query.table);
  if (table == nullptr) return std::nullopt;
  // The key of an entry that is held stays as it is, so no lock is needed to look at it.
  return StickLookup(*table).of_key(query, hold->table()->table.key(hold->entry()));
}

void StickCounters::act(const config::HttpRule& rule, const std::optional<Value>& sample) {
  if (rule.action == config::Action::Track) {
    if (sample) track(rule, *sample);
    return;
  }
  const StickHold* const hold = tracked(rule.stick->counter);
  if (hold == nullptr) return;
  StickTable& table = *hold->table();
  const auto now = steady_clock::now();
  const std::lock_guard lock(table.mutex);
  if (rule.action == config::Action::IncrementCounter) {
    (void)increment(table.table, hold->entry(), {rule.stick->data, rule.stick->index}, now);
    return;
  }
  const auto number = sample ? sample->to_int() : std::nullopt;
  if (!number) return;
  table.table.set(hold->entry(), {rule.stick->data, rule.stick->index},
                  static_cast<std::uint64_t>(*number), now);
}

// The first one that finds a key counts, whether it is a rule of the session or of the request.
void StickCounters::track(const config::HttpRule& rule, const Value& value) {
  if (tracked(rule.stick->counter) != nullptr) return;
  const auto table = tables_.find(rule.stick->table);
  if (table == nullptr) return;
  const auto key = stick_key(table->definition(), value);
  if (!key) return;
  const auto now = steady_clock::now();
  const std::lock_guard lock(table->mutex);
  stick::Entry* const entry = table->table.find_or_add(*key, now);
  table->tell_of_purges(now);
  if (entry == nullptr) return;
  own_.add(static_cast<std::size_t>(rule.stick->counter),
           {table, *entry, StickHold::Kind::Tracker, now});
  if (place_ == Place::Connection) return;
  const auto count = [&](StickData counter, StickData rate) {
    table->table.add(*entry, {counter}, 1, now);
    table->table.add(*entry, {rate}, 1, now);
  };
  count(StickData::HttpReqCnt, StickData::HttpReqRate);
  if (place_ != Place::Response) return;
  if (is_clients_fault(status_)) count(StickData::HttpErrCnt, StickData::HttpErrRate);
  if (is_servers_fault(status_)) count(StickData::HttpFailCnt, StickData::HttpFailRate);
}

template <typename Count>
void StickCounters::each_tracked(const Count& count) {
  for (int i = 0; i < config::kTrackedMax; ++i) {
    StickHold* const hold = tracked(i);
    if (hold == nullptr) continue;
    const std::lock_guard lock(hold->table()->mutex);
    count(hold->table()->table, hold->entry());
  }
}

void StickCounters::add_to_all(std::initializer_list<StickData> data, std::uint64_t amount) {
  if (own_.empty() && (of_session_ == nullptr || of_session_->empty())) return;
  const auto now = steady_clock::now();
  each_tracked([&](stick::Table& table, stick::Entry& entry) {
    for (const StickData each : data) table.add(entry, {each}, amount, now);
  });
}

void StickCounters::count_session() {
  add_to_all({StickData::SessCnt, StickData::SessRate}, 1);
}

void StickCounters::count_request() {
  add_to_all({StickData::HttpReqCnt, StickData::HttpReqRate}, 1);
}

void StickCounters::count_error() {
  add_to_all({StickData::HttpErrCnt, StickData::HttpErrRate}, 1);
}

void StickCounters::count_failure() {
  add_to_all({StickData::HttpFailCnt, StickData::HttpFailRate}, 1);
}

void StickCounters::count_status(int status) {
  if (is_clients_fault(status)) count_error();
  if (is_servers_fault(status)) count_failure();
}

void StickCounters::count_bytes(std::uint64_t from_client, std::uint64_t to_client) {
  if (from_client > 0) add_to_all({StickData::BytesInCnt, StickData::BytesInRate}, from_client);
  if (to_client > 0) add_to_all({StickData::BytesOutCnt, StickData::BytesOutRate}, to_client);
}

}  // namespace wslb::proxy

#include "proxy/sticking.h"

#include <algorithm>
#include <chrono>

#include "proxy/http/acl.h"
#include "proxy/http/engineio_query.h"
#include "proxy/http/sample.h"

namespace wslb::proxy {
namespace {

using config::StickData;
using std::chrono::steady_clock;

constexpr std::size_t kStoresMax = 8;

std::string name_of(const ServerPool& pool, std::size_t server, bool by_address) {
  return by_address ? pool.address(server).to_string() : pool.section().servers[server].name;
}

// By its name or address, else by its id.
std::optional<std::size_t> find_server(const ServerPool& pool, bool by_address,
                                       const std::string& name, std::uint64_t id) {
  const auto& servers = pool.section().servers;
  for (std::size_t i = 0; !name.empty() && i < servers.size(); ++i) {
    if (name_of(pool, i, by_address) == name) return i;
  }
  for (std::size_t i = 0; id > 0 && i < servers.size(); ++i) {
    if (servers[i].id == id) return i;
  }
  return std::nullopt;
}

// What an Engine.IO server answers to who asks for a session.
std::optional<http::EngineIoHandshake::Form> form_of(const http::ResponseHead& response) {
  if (response.status == 101) return http::EngineIoHandshake::Form::WebSocket;
  const auto encoding = response.fields.find("Content-Encoding");
  if (response.status != 200 || encoding) return std::nullopt;
  return http::EngineIoHandshake::Form::PollingBody;
}

std::optional<http::Value> engineio_key(const http::Transaction& transaction) {
  auto sid = http::engineio_sid(transaction.request->target);
  return sid ? std::optional(http::Value::text(std::move(*sid))) : std::nullopt;
}

}  // namespace

std::optional<Sticking::Key> Sticking::key_of(const config::StickRule& rule,
                                              const http::Transaction& transaction) const {
  if (!http::holds(rule.condition, transaction)) return std::nullopt;
  auto table = tables_.find(rule.table);
  if (table == nullptr) return std::nullopt;
  const auto value =
      rule.engineio ? engineio_key(transaction) : http::sample_value(rule.sample, transaction);
  auto bytes = value ? stick_key(table->definition(), *value) : std::nullopt;
  if (!bytes) return std::nullopt;
  return Key{std::move(table), std::move(*bytes)};
}

bool Sticking::may_store(const config::StickRule& rule) const {
  return std::ranges::none_of(
      to_store_, [&rule](const Key& key) { return key.table->definition().name == rule.table; });
}

std::optional<std::size_t> Sticking::match(const ServerPool& pool,
                                           const http::Transaction& transaction, bool forced,
                                           bool led) {
  std::optional<std::size_t> found;
  for (const config::StickRule& rule : pool.section().stick_rules) {
    // The first one that stores in a table counts; such a later rule does not match either.
    if (rule.stores && !may_store(rule)) continue;
    if (rule.engineio) expect_session(rule, transaction);
    auto key = key_of(rule, transaction);
    if (!key) continue;
    if (rule.matches) {
      const auto server = server_of(pool, *key);
      const bool takes = server && !led && !found && pool.takes_named(*server, forced);
      if (takes) found = server;
    }
    if (rule.stores && to_store_.size() < kStoresMax) to_store_.push_back(std::move(*key));
  }
  return found;
}

void Sticking::expect_session(const config::StickRule& rule, const http::Transaction& transaction) {
  const bool opens = to_learn_.size() < kStoresMax &&
                     http::opens_engineio(transaction.request->target) &&
                     http::holds(rule.condition, transaction);
  if (!opens) return;
  if (auto table = tables_.find(rule.table)) to_learn_.push_back(std::move(table));
}

std::unique_ptr<SidLearner> Sticking::learner(const ServerPool& pool, std::size_t server,
                                              const http::ResponseHead& response) {
  const auto form = form_of(response);
  if (!form || to_learn_.empty()) return nullptr;
  return std::make_unique<SidLearner>(*form, std::move(to_learn_),
                                      SidLearner::Server{.name = name_of(pool, server, false),
                                                         .address = name_of(pool, server, true),
                                                         .id = pool.section().servers[server].id});
}

std::optional<std::size_t> Sticking::server_of(const ServerPool& pool, const Key& key) {
  std::string name;
  std::uint64_t id = 0;
  {
    const auto now = steady_clock::now();
    const std::lock_guard lock(key.table->mutex);
    stick::Table& table = key.table->table;
    stick::Entry* const entry = table.find(key.bytes, now);
    if (entry == nullptr) return std::nullopt;
    table.use(*entry, now);
    name = table.server(*entry);
    id = table.value(*entry, {StickData::ServerId}, now).value_or(0);
    pin(key.table, *entry);
  }
  return find_server(pool, key.table->definition().server_by_address, name, id);
}

void Sticking::store(const ServerPool& pool, std::size_t server,
                     const http::Transaction& transaction) {
  for (const config::StickRule& rule : pool.section().store_responses) {
    if (!may_store(rule) || to_store_.size() >= kStoresMax) continue;
    if (auto key = key_of(rule, transaction)) to_store_.push_back(std::move(*key));
  }
  for (const Key& key : to_store_) store(key, pool, server);
  to_store_.clear();
}

void Sticking::store(const Key& key, const ServerPool& pool, std::size_t server) {
  const std::string name = name_of(pool, server, key.table->definition().server_by_address);
  const auto now = steady_clock::now();
  const std::lock_guard lock(key.table->mutex);
  stick::Table& table = key.table->table;
  stick::Entry* const entry = table.find_or_add(key.bytes, now);
  key.table->tell_of_purges(now);
  if (entry == nullptr) return;
  table.set_server(*entry, name, pool.section().servers[server].id);
  table.use(*entry, now);
  pin(key.table, *entry);
}

// With the table's mutex held. One that is both matched and stored is held once.
void Sticking::pin(const std::shared_ptr<StickTable>& table, stick::Entry& entry) {
  if (!pins_entries_) return;
  const bool held = std::ranges::any_of(
      pins_, [&entry](const StickHold& hold) { return &hold.entry() == &entry; });
  if (!held) pins_.emplace_back(table, entry, StickHold::Kind::Pin, steady_clock::now());
}

}  // namespace wslb::proxy

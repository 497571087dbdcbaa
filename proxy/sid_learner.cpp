#include "proxy/sid_learner.h"

#include <chrono>

namespace wslb::proxy {

using std::chrono::steady_clock;

bool SidLearner::see(std::string_view from_server) {
  if (handshake_.done()) return false;
  handshake_.feed(from_server);
  if (!handshake_.done()) return true;
  if (handshake_.sid().empty()) return false;
  for (const auto& table : tables_) note(table);
  for (StickHold& hold : holds_) hold.become_tunnel();
  return false;
}

void SidLearner::note(const std::shared_ptr<StickTable>& shared) {
  const config::StickTable& definition = shared->definition();
  const auto key = stick_key(definition, http::Value::view(handshake_.sid()));
  if (!key) return;
  const auto now = steady_clock::now();
  const std::lock_guard lock(shared->mutex);
  stick::Table& table = shared->table;
  stick::Entry* const entry = table.find_or_add(*key, now);
  shared->tell_of_purges(now);
  if (entry == nullptr) return;
  table.set_server(*entry, definition.server_by_address ? server_.address : server_.name,
                   server_.id);
  table.use(*entry, now);
  if (form_ == http::EngineIoHandshake::Form::WebSocket) {
    holds_.emplace_back(shared, *entry, StickHold::Kind::Pin, now);
  }
}

}  // namespace wslb::proxy

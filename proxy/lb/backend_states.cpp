// The part of Backend that deals with servers that come, go and change.
#include <algorithm>
#include <chrono>

#include "proxy/lb/backend.h"

namespace wslb::proxy::lb {
namespace {

std::int64_t seconds_since(base::TimePoint begin, base::TimePoint now) {
  return std::chrono::floor<std::chrono::seconds>(now - begin).count();
}

}  // namespace

std::vector<Grant> Backend::advance(base::TimePoint now) {
  if (now_ == base::TimePoint{}) {
    for (ServerState& state : servers_) state.changed = now;
  }
  now_ = now;
  std::vector<Grant> granted;
  if (!starting_) return granted;
  starting_ = false;
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    ServerState& state = servers_[i];
    if (!state.starting) continue;
    if (now_ - *state.starting >= section_.servers[i].slowstart) state.starting.reset();
    starting_ = starting_ || state.starting.has_value();
  }
  update_pool();
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    if (queues_.size(i) > 0) fill_server(i, granted);
  }
  fill_pool(granted);
  return granted;
}

Redistribution Backend::set_operation(std::size_t server, Operation operation) {
  const State before = servers_.at(server).state();
  servers_[server].operation = operation;
  return state_changed(server, before);
}

Redistribution Backend::set_admin(std::size_t server, Admin admin) {
  ServerState& state = servers_.at(server);
  const State before = state.state();
  if (state.admin == Admin::Maint && admin != Admin::Maint) state.operation = Operation::Running;
  state.admin = admin;
  return state_changed(server, before);
}

Redistribution Backend::set_unresolved(std::size_t server, bool unresolved) {
  ServerState& state = servers_.at(server);
  const State before = state.state();
  if (state.unresolved && !unresolved) state.operation = Operation::Running;
  state.unresolved = unresolved;
  return state_changed(server, before);
}

void Backend::forget_peaks() {
  queued_most_ = queues_.any_size();
  for (ServerState& state : servers_) {
    state.served_most = state.served;
    state.queued_most = state.queued;
  }
}

Redistribution Backend::set_weight(std::size_t server, int weight) {
  servers_.at(server).weight = weight;
  Redistribution result;
  update_pool();
  fill_pool(result.granted);
  return result;
}

std::vector<Grant> Backend::set_maxconn(std::size_t server, std::uint32_t maxconn) {
  ServerState& state = servers_.at(server);
  if (state.minconn == state.maxconn) state.minconn = maxconn;
  state.maxconn = maxconn;
  std::vector<Grant> granted;
  fill_server(server, granted);
  fill_pool(granted);
  return granted;
}

void Backend::go_on(std::size_t server, const ServerState& before, const config::Server& then) {
  const auto is_watched = [](const config::Server& each) {
    return each.check.enabled || each.agent.enabled || each.track.has_value();
  };
  const config::Server& configured = section_.servers.at(server);
  ServerState state = before;
  const ServerState& fresh = servers_[server];
  if (then.disabled != configured.disabled) state.admin = fresh.admin;
  if (is_watched(then) && !is_watched(configured)) state.operation = Operation::Running;
  const bool weighs_otherwise = state.weight != 0 && !takes_any_weight();
  if (then.weight != configured.weight || weighs_otherwise) state.weight = fresh.weight;
  if (then.maxconn != configured.maxconn || then.minconn != configured.minconn) {
    state.maxconn = fresh.maxconn;
    state.minconn = fresh.minconn;
  }
  if (configured.slowstart == base::Duration(0)) state.starting.reset();
  starting_ = starting_ || state.starting.has_value();
  state.share = fresh.share;
  servers_[server] = state;
  in_flight_ += state.served;
  load_changed(server);
  update_pool();
}

void Backend::occupy(std::size_t server) {
  ServerState& state = servers_.at(server);
  ++state.served;
  state.served_most = std::max(state.served_most, state.served);
  ++in_flight_;
  load_changed(server);
}

// A server that starts slowly begins with a sixteenth of its weight; a map-based choice knows
// whole weights only.
std::uint32_t Backend::share_of(std::size_t server, bool belongs) const {
  if (!belongs) return 0;
  const ServerState& state = servers_[server];
  std::uint32_t sixteenths = kSixteenths;
  if (state.starting && takes_any_weight()) {
    const std::int64_t total = section_.servers[server].slowstart / std::chrono::seconds(1);
    const std::int64_t step = kSixteenths * seconds_since(*state.starting, now_) / total + 1;
    sixteenths = static_cast<std::uint32_t>(std::min<std::int64_t>(step, kSixteenths));
  }
  return static_cast<std::uint32_t>(state.weight) * sixteenths;
}

void Backend::update_pool() {
  bool active_usable = false;
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    active_usable = active_usable || belongs_to_pool(i, false);
  }
  bool backup_found = false;
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    bool belongs = belongs_to_pool(i, !active_usable);
    if (belongs && section_.servers[i].backup && !section_.options.allbackups) {
      // Of the backups only the first usable one serves.
      belongs = !backup_found;
      backup_found = true;
    }
    const std::uint32_t share = share_of(i, belongs);
    if (share == servers_[i].share) continue;
    servers_[i].share = share;
    std::visit([&](auto& balancer) { balancer.set_weight(i, share); }, balancer_);
  }
}

Backend::Usable Backend::count_usable() const {
  Usable usable;
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    if (belongs_to_pool(i, false)) ++usable.active;
    if (belongs_to_pool(i, true)) ++usable.backup;
  }
  return usable;
}

bool Backend::belongs_to_pool(std::size_t server, bool use_backups) const {
  return servers_[server].state() == State::Up && servers_[server].weight > 0 &&
         section_.servers[server].backup == use_backups;
}

Redistribution Backend::state_changed(std::size_t server, State before) {
  Redistribution result;
  ServerState& state = servers_[server];
  const State after = state.state();
  if (after == before) return result;
  if (before == State::Down || before == State::Maint) state.away += now_ - state.changed;
  state.changed = now_;
  if (after == State::Down) ++state.times_down;
  const bool was_away = before == State::Down || before == State::Maint;
  const bool is_away = after == State::Down || after == State::Maint;
  if (is_away) state.starting.reset();
  if (was_away && !is_away && section_.servers[server].slowstart > base::Duration(0)) {
    state.starting = now_;
    starting_ = true;
  }
  update_pool();
  const bool moves = section_.options.redispatch && !section_.options.persist;
  if (after != State::Up && moves) give_anew(server, result);
  fill_server(server, result.granted);
  fill_pool(result.granted);
  return result;
}

// Those who wait for a server that takes nobody any more.
void Backend::give_anew(std::size_t server, Redistribution& result) {
  if (usable_servers() > 0 && !section_.balance.hashes()) {
    queues_.move_to_any(server);
  } else {
    for (const WaitQueues::Waited& waited : queues_.take_all(server)) {
      const Assignment anew = assign({.ticket = waited.ticket, .hash = waited.reason.hash});
      if (const auto* assigned = std::get_if<Assigned>(&anew)) {
        result.granted.push_back({waited.ticket, assigned->server, false});
      } else if (!std::holds_alternative<Queued>(anew)) {
        result.refused.push_back(waited.ticket);
      }
    }
  }
  load_changed(server);
}

}  // namespace wslb::proxy::lb

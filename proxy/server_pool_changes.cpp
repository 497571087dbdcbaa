// The part of ServerPool that changes servers, for their health or by an operator's will, and
// shows them.
#include <algorithm>
#include <chrono>

#include "proxy/server_pool.h"

namespace wslb::proxy {

template <typename Change>
ServerPool::Shift ServerPool::shift(std::size_t server, bool serves, const Change& change) {
  deliver({backend_.advance(std::chrono::steady_clock::now()), {}});
  const lb::ServerState& state = backend_.server(server);
  Shift shift;
  shift.before = backend_.count_usable();
  shift.from = state.state();
  const std::size_t waited = state.queued;
  const lb::Redistribution moved = change(backend_, server);
  deliver(moved);
  tell_others(server, [&change](ServerPool& pool, std::size_t number) {
    pool.deliver(change(pool.backend_, number));
  });
  shift.after = backend_.count_usable();
  shift.sessions = state.served;
  shift.queued = state.queued;
  shift.requeued = serves ? moved.granted.size() : waited - state.queued;
  return shift;
}

std::optional<ServerPool::Shift> ServerPool::set_operation(std::size_t server,
                                                           lb::Operation operation) {
  const std::lock_guard lock(mutex_);
  const lb::ServerState& state = backend_.server(server);
  if (state.state() == lb::State::Maint || state.operation == operation) return std::nullopt;
  return shift(server, operation == lb::Operation::Running,
               [operation](lb::Backend& backend, std::size_t number) {
                 return backend.set_operation(number, operation);
               });
}

std::optional<ServerPool::Shift> ServerPool::set_unresolved(std::size_t server, bool unresolved) {
  const std::lock_guard lock(mutex_);
  if (backend_.server(server).unresolved == unresolved) return std::nullopt;
  if (unresolved) {
    base::Endpoint& address = servers_.at(server)->address;
    address.address = {};
    if (section_.servers[server].resolution.is_service) address.port = 0;
  }
  return shift(server, !unresolved, [unresolved](lb::Backend& backend, std::size_t number) {
    return backend.set_unresolved(number, unresolved);
  });
}

void ServerPool::set_host(std::size_t server, const std::string& host) {
  const std::lock_guard lock(mutex_);
  servers_.at(server)->host = host;
}

std::string ServerPool::host(std::size_t server) const {
  const std::lock_guard lock(mutex_);
  return servers_.at(server)->host;
}

void ServerPool::set_admin(std::size_t server, lb::Admin admin) {
  const std::lock_guard lock(mutex_);
  deliver({backend_.advance(std::chrono::steady_clock::now()), {}});
  deliver(backend_.set_admin(server, admin));
  tell_others(server, [admin](ServerPool& pool, std::size_t number) {
    pool.deliver(pool.backend_.set_admin(number, admin));
  });
}

void ServerPool::set_weight(std::size_t server, int weight) {
  const std::lock_guard lock(mutex_);
  deliver(backend_.set_weight(server, weight));
}

void ServerPool::set_maxconn(std::size_t server, std::uint32_t maxconn) {
  const std::lock_guard lock(mutex_);
  deliver({backend_.set_maxconn(server, maxconn), {}});
}

void ServerPool::set_address(std::size_t server, const base::Endpoint& address) {
  const std::lock_guard lock(mutex_);
  servers_.at(server)->address = address;
}

void ServerPool::set_elsewhere(std::size_t server, std::uint32_t slots) {
  const std::lock_guard lock(mutex_);
  backend_.set_elsewhere(server, slots);
  tell_others(server, [slots](ServerPool& pool, std::size_t number) {
    pool.backend_.set_elsewhere(number, slots);
  });
}

base::Endpoint ServerPool::address(std::size_t server) const {
  const std::lock_guard lock(mutex_);
  return servers_.at(server)->address;
}

SocketAddress ServerPool::socket_address(std::size_t server) const {
  const config::Server& configured = section_.servers[server];
  return configured.unix_path.empty() ? SocketAddress(address(server)) : address_of(configured);
}

void ServerPool::note_check(std::size_t server, const lb::CheckResult& result, int points) {
  const std::lock_guard lock(mutex_);
  Checked& checked = servers_.at(server)->findings;
  const bool failed = config::verdict_of(result.status) == config::CheckVerdict::Failed;
  if (failed && checked.points > 0) ++checked.failures;
  checked.last = result;
  checked.points = points;
}

void ServerPool::note_points(std::size_t server, int points) {
  const std::lock_guard lock(mutex_);
  servers_.at(server)->findings.points = points;
}

void ServerPool::note_checks(std::size_t server, bool on) {
  const std::lock_guard lock(mutex_);
  servers_.at(server)->findings.off = !on;
}

bool ServerPool::is_checked(std::size_t server) const {
  return section_.servers[server].check.enabled && !checked(server).off;
}

ServerPool::Checked ServerPool::checked(std::size_t server) const {
  const std::lock_guard lock(mutex_);
  return servers_.at(server)->findings;
}

lb::ServerState ServerPool::state(std::size_t server) const {
  const std::lock_guard lock(mutex_);
  return backend_.server(server);
}

void ServerPool::read_served(std::vector<std::uint32_t>& all) const {
  all.resize(servers_.size());
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = backend_.server(i).served;
}

std::size_t ServerPool::queued() const {
  const std::lock_guard lock(mutex_);
  return backend_.queued();
}

std::size_t ServerPool::queued_most() const {
  const std::lock_guard lock(mutex_);
  return backend_.queued_most();
}

void ServerPool::clear_statistics(bool all) {
  const auto clear = [all](Statistics& each) { all ? each.reset() : each.forget_peaks(); };
  for (const auto& server : servers_) clear(server->statistics);
  clear(family_->statistics);
  const std::lock_guard lock(mutex_);
  backend_.forget_peaks();
}

}  // namespace wslb::proxy

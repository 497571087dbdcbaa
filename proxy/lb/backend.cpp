#include "proxy/lb/backend.h"

#include <algorithm>
#include <cassert>

namespace wslb::proxy::lb {

namespace {

std::vector<int> weights_of(const config::ProxySection& section) {
  std::vector<int> weights;
  weights.reserve(section.servers.size());
  for (const config::Server& server : section.servers) weights.push_back(server.weight);
  return weights;
}

std::variant<RoundRobin, LeastConn> balancer_of(const config::ProxySection& section) {
  if (section.balance == config::Balance::LeastConn) return LeastConn(weights_of(section));
  return RoundRobin(weights_of(section));
}

}  // namespace

Backend::Backend(const config::ProxySection& section)
    : section_(section),
      servers_(section.servers.size()),
      in_pool_(section.servers.size()),
      balancer_(balancer_of(section)),
      queues_(section.servers.size()) {
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    if (section_.servers[i].disabled) servers_[i].admin = Admin::Maint;
    in_pool_[i] = section_.servers[i].weight > 0;  // as the balancers begin
  }
  update_pool();
}

Assignment Backend::assign(const Ask& ask) {
  if (ask.cookie) {
    if (const auto server = server_of_cookie(*ask.cookie)) {
      if (servers_[*server].queued == 0 && has_free_slot(*server)) {
        take_slot(*server);
        return Assigned{*server, true};
      }
      queues_.push(ask.ticket, server);
      load_changed(*server);
      return Queued{};
    }
  }
  if (usable_servers() == 0) return NoServer{};
  if (const auto server = pick(ask.avoid)) {
    take_slot(*server);
    return Assigned{*server, false};
  }
  queues_.push(ask.ticket, std::nullopt);
  return Queued{};
}

std::vector<Grant> Backend::release(std::size_t server) {
  ServerState& state = servers_.at(server);
  assert(state.served > 0);
  --state.served;
  load_changed(server);
  std::vector<Grant> granted;
  fill_server(server, granted);
  return granted;
}

bool Backend::cancel(Ticket ticket) {
  const auto waited = queues_.remove(ticket);
  if (waited && waited->server) load_changed(*waited->server);
  return waited.has_value();
}

Redistribution Backend::set_health(std::size_t server, bool healthy) {
  const State before = servers_.at(server).state();
  servers_[server].healthy = healthy;
  return state_changed(server, before);
}

Redistribution Backend::set_admin(std::size_t server, Admin admin) {
  ServerState& state = servers_.at(server);
  const State before = state.state();
  if (state.admin == Admin::Maint && admin != Admin::Maint) state.healthy = true;
  state.admin = admin;
  return state_changed(server, before);
}

std::size_t Backend::usable_servers() const {
  return static_cast<std::size_t>(std::count(in_pool_.begin(), in_pool_.end(), true));
}

std::optional<std::size_t> Backend::server_of_cookie(std::string_view value) const {
  if (value.empty()) return std::nullopt;
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    if (section_.servers[i].cookie == value && servers_[i].takes_cookie_clients()) return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> Backend::pick(std::optional<std::size_t> avoid) {
  const auto next = [this](const auto& takes) {
    return std::visit([&takes](auto& balancer) { return balancer.next(takes); }, balancer_);
  };
  const auto takes_new = [this](std::size_t i) {
    return servers_[i].queued == 0 && has_free_slot(i);
  };
  if (!avoid) return next(takes_new);
  const auto other = next([&](std::size_t i) { return i != *avoid && takes_new(i); });
  if (other) return other;
  return in_pool_.at(*avoid) && takes_new(*avoid) ? avoid : std::nullopt;
}

bool Backend::has_free_slot(std::size_t server) const {
  const std::uint32_t maxconn = section_.servers[server].maxconn;
  return maxconn == 0 || servers_[server].served < maxconn;
}

void Backend::take_slot(std::size_t server) {
  ++servers_[server].served;
  ++servers_[server].total;
  load_changed(server);
}

void Backend::load_changed(std::size_t server) {
  ServerState& state = servers_[server];
  state.queued = static_cast<std::uint32_t>(queues_.size(server));
  if (auto* least_conn = std::get_if<LeastConn>(&balancer_)) {
    least_conn->set_in_flight(server, state.served + state.queued);
  }
}

void Backend::update_pool() {
  bool active_usable = false;
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    active_usable = active_usable || belongs_to_pool(i, false);
  }
  bool backup_found = false;
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    bool belongs = belongs_to_pool(i, !active_usable);
    if (belongs && section_.servers[i].backup) {
      // Of the backups only the first usable one serves.
      belongs = !backup_found;
      backup_found = true;
    }
    if (belongs == in_pool_[i]) continue;
    in_pool_[i] = belongs;
    std::visit([&](auto& balancer) { belongs ? balancer.enable(i) : balancer.disable(i); },
               balancer_);
  }
}

bool Backend::belongs_to_pool(std::size_t server, bool use_backups) const {
  const config::Server& configured = section_.servers[server];
  return servers_[server].state() == State::Up && configured.weight > 0 &&
         configured.backup == use_backups;
}

Redistribution Backend::state_changed(std::size_t server, State before) {
  Redistribution result;
  const State after = servers_[server].state();
  if (after == before) return result;
  update_pool();
  if (after != State::Up && section_.options.redispatch) {
    if (usable_servers() == 0) {
      result.refused = queues_.take_all(server);
    } else {
      queues_.move_to_any(server);
    }
    load_changed(server);
  }
  fill_server(server, result.granted);
  fill_pool(result.granted);
  return result;
}

void Backend::fill_server(std::size_t server, std::vector<Grant>& granted) {
  // Whatever its state: without redispatch those who wait for a server that went down try it
  // when their turn comes, and the connect's failure decides.
  while (has_free_slot(server)) {
    const auto next = queues_.pop_for(server, in_pool_[server]);
    if (!next) return;
    take_slot(server);
    granted.push_back({next->ticket, server, next->server.has_value()});
  }
}

void Backend::fill_pool(std::vector<Grant>& granted) {
  while (queues_.any_size() > 0) {
    const auto server = pick(std::nullopt);
    if (!server) return;
    take_slot(*server);
    granted.push_back({*queues_.pop_any(), *server, false});
  }
}

}  // namespace wslb::proxy::lb

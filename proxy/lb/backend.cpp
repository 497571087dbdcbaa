#include "proxy/lb/backend.h"

#include <algorithm>
#include <cassert>

namespace wslb::proxy::lb {

Backend::Balancer Backend::balancer_of(const config::ProxySection& section) {
  using Algorithm = config::Balance::Algorithm;
  std::vector<std::uint32_t> ids;
  std::vector<std::uint32_t> shares;
  for (const config::Server& server : section.servers) {
    ids.push_back(server.id);
    shares.push_back(static_cast<std::uint32_t>(server.weight) * kSixteenths);
  }
  switch (section.balance.algorithm) {
    case Algorithm::RoundRobin:
      return RoundRobin(shares);
    case Algorithm::LeastConn:
      return LeastConn(shares);
    case Algorithm::First:
      return FirstFree(ids, shares);
    case Algorithm::StaticRoundRobin:
      return ServerMap(shares);
    case Algorithm::Random:
      return HashRing(ids, shares);
    case Algorithm::Source:
    case Algorithm::Uri:
    case Algorithm::UrlParam:
    case Algorithm::Header:
    case Algorithm::RdpCookie:
      break;
  }
  if (section.hash_type.consistent) return HashRing(ids, shares);
  return ServerMap(shares);
}

Backend::Backend(const config::ProxySection& section, std::uint32_t fullconn, std::uint32_t seed)
    : section_(section),
      fullconn_(fullconn),
      servers_(section.servers.size()),
      balancer_(balancer_of(section)),
      random_(seed),
      queues_(section.servers.size()) {
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    const config::Server& configured = section_.servers[i];
    if (configured.disabled) servers_[i].admin = Admin::Maint;
    servers_[i].unresolved = configured.lacks_address();
    servers_[i].weight = configured.weight;
    servers_[i].maxconn = configured.maxconn;
    servers_[i].minconn = configured.minconn > 0 ? configured.minconn : configured.maxconn;
    // As the balancers begin.
    servers_[i].share = static_cast<std::uint32_t>(configured.weight) * kSixteenths;
  }
  update_pool();
}

Assignment Backend::assign(const Ask& ask) {
  std::optional<std::size_t> named = ask.named;
  if (named && !takes_named(*named, ask.forced)) named.reset();
  if (!named && ask.cookie) named = server_of_cookie(*ask.cookie, ask.forced);
  if (named) {
    const Assignment assignment = take_or_wait(ask, *named, true);
    const bool full = std::holds_alternative<QueueFull>(assignment);
    if (!full || !section_.options.redispatch) return assignment;
  }
  if (ask.prefer && is_usable(*ask.prefer) && takes_new(*ask.prefer)) {
    take_slot(*ask.prefer);
    return Assigned{*ask.prefer, false};
  }
  if (usable_servers() == 0) return NoServer{};
  if (ask.hash) {
    if (const auto server = server_of_hash(*ask.hash, ask.avoid)) {
      return take_or_wait(ask, *server, false);
    }
  }
  if (const auto server = pick(ask.avoid)) {
    take_slot(*server);
    return Assigned{*server, false};
  }
  queues_.push(ask.ticket, std::nullopt);
  queued_most_ = std::max(queued_most_, queues_.any_size());
  return Queued{};
}

Assignment Backend::take_or_wait(const Ask& ask, std::size_t server, bool by_cookie) {
  if (takes_new(server)) {
    take_slot(server);
    return Assigned{server, by_cookie};
  }
  const std::uint32_t places = section_.servers[server].maxqueue;
  if (places > 0 && servers_[server].queued >= places) return QueueFull{};
  queues_.push(ask.ticket, server, {.by_cookie = by_cookie, .hash = ask.hash});
  load_changed(server);
  return Queued{};
}

std::vector<Grant> Backend::release(std::size_t server) {
  ServerState& state = servers_.at(server);
  assert(state.served > 0);
  --state.served;
  --in_flight_;
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

std::size_t Backend::usable_servers() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(servers_, [](const ServerState& state) { return state.share > 0; }));
}

std::optional<std::size_t> Backend::server_of_cookie(std::string_view value, bool forced) const {
  if (value.empty()) return std::nullopt;
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    if (section_.servers[i].cookie == value && takes_named(i, forced)) return i;
  }
  return std::nullopt;
}

CookieVerdict Backend::verdict_on_cookie(std::string_view value, bool forced) const {
  if (value.empty()) return CookieVerdict::Unknown;
  if (const auto server = server_of_cookie(value, forced)) {
    const bool up = servers_[*server].takes_cookie_clients();
    return up ? CookieVerdict::Usable : CookieVerdict::Forced;
  }
  const bool known = std::ranges::count(section_.servers, value, &config::Server::cookie) > 0;
  return known ? CookieVerdict::Down : CookieVerdict::Unknown;
}

// Full or not: the same key has to lead to the same server.
std::optional<std::size_t> Backend::server_of_hash(std::uint32_t hash,
                                                   std::optional<std::size_t> avoid) const {
  if (const auto* map = std::get_if<ServerMap>(&balancer_)) return map->at(hash);
  const auto* ring = std::get_if<HashRing>(&balancer_);
  if (ring == nullptr) return std::nullopt;
  return ring->at(hash, [&](std::size_t i) {
    return i != avoid && (section_.hash_type.balance_factor == 0 || is_below_average(i));
  });
}

// The least loaded of some that are drawn by lot.
std::optional<std::size_t> Backend::draw(std::optional<std::size_t> avoid) {
  const auto& ring = std::get<HashRing>(balancer_);
  std::optional<std::size_t> best;
  std::uniform_int_distribution<std::uint32_t> any;
  const auto load = [this](std::size_t server) {
    return servers_[server].served + servers_[server].elsewhere;
  };
  for (int i = 0; i < section_.balance.draws; ++i) {
    const auto drawn = ring.at(any(random_), [&](std::size_t server) { return server != avoid; });
    if (!drawn) return std::nullopt;
    if (best && std::uint64_t{load(*drawn)} * servers_[*best].share >
                    std::uint64_t{load(*best)} * servers_[*drawn].share) {
      continue;
    }
    best = drawn;
  }
  return takes_new(*best) ? best : std::nullopt;
}

// `hash-balance-factor`: all slots that the factor allows the whole backend, dealt out by weight
// without losing one to rounding.
bool Backend::is_below_average(std::size_t server) const {
  std::uint64_t total = 0;
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    if (i == server) before = total;
    total += servers_[i].share;
  }
  const std::uint64_t slots = ((in_flight_ + 1ULL) * section_.hash_type.balance_factor + 99) / 100;
  const std::uint64_t rest = slots % total;
  const std::uint64_t share = servers_[server].share;
  const std::uint64_t own =
      share * (slots / total) + (before + share) * rest / total - before * rest / total;
  return servers_[server].served < std::max<std::uint64_t>(own, 1);
}

std::optional<std::size_t> Backend::next(const HashRing::Takes& takes) {
  return std::visit([&takes](auto& balancer) { return balancer.next(takes); }, balancer_);
}

std::optional<std::size_t> Backend::pick(std::optional<std::size_t> avoid) {
  if (section_.balance.algorithm == config::Balance::Algorithm::Random) return draw(avoid);
  if (!avoid) return next([this](std::size_t i) { return takes_new(i); });
  const auto other = next([&](std::size_t i) { return i != *avoid && takes_new(i); });
  if (other) return other;
  return is_usable(*avoid) && takes_new(*avoid) ? avoid : std::nullopt;
}

bool Backend::takes_new(std::size_t server) const {
  return servers_[server].queued == 0 && has_free_slot(server);
}

bool Backend::has_free_slot(std::size_t server) const {
  return servers_[server].maxconn == 0 || servers_[server].served < limit_of(server);
}

// `maxconn` as it is now: less while the backend has little to do (`minconn`, `fullconn`) and
// while the server starts slowly.
std::uint32_t Backend::limit_of(std::size_t server) const {
  const ServerState& state = servers_[server];
  const std::uint32_t least = std::min(state.minconn, state.maxconn);
  std::uint64_t limit = state.maxconn;
  const std::uint64_t busy = in_flight_ + queues_.size() + 1;
  if (least < state.maxconn && busy < fullconn_) {
    limit = std::max<std::uint64_t>(least, busy * state.maxconn / fullconn_);
  }
  if (state.starting) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now_ - *state.starting);
    const std::uint64_t per_cent = static_cast<std::uint64_t>(
        100 * seconds.count() / (section_.servers[server].slowstart / std::chrono::seconds(1)));
    limit = std::max<std::uint64_t>(1, limit * per_cent / 100);
  }
  return static_cast<std::uint32_t>(limit);
}

void Backend::take_slot(std::size_t server) {
  ServerState& state = servers_[server];
  ++state.served;
  state.served_most = std::max(state.served_most, state.served);
  ++state.total;
  ++in_flight_;
  load_changed(server);
}

void Backend::load_changed(std::size_t server) {
  ServerState& state = servers_[server];
  state.queued = static_cast<std::uint32_t>(queues_.size(server));
  state.queued_most = std::max(state.queued_most, state.queued);
  if (auto* least_conn = std::get_if<LeastConn>(&balancer_)) {
    least_conn->set_in_flight(server, state.served + state.queued + state.elsewhere);
  }
}

void Backend::set_elsewhere(std::size_t server, std::uint32_t slots) {
  servers_.at(server).elsewhere = slots;
  load_changed(server);
}

void Backend::fill_server(std::size_t server, std::vector<Grant>& granted) {
  // Whatever its state: without redispatch those who wait for a server that went down try it
  // when their turn comes, and the connect's failure decides.
  while (has_free_slot(server)) {
    const auto next = queues_.pop_for(server, is_usable(server));
    if (!next) return;
    take_slot(server);
    granted.push_back({next->ticket, server, next->reason.by_cookie});
  }
}

void Backend::fill_pool(std::vector<Grant>& granted) {
  while (queues_.any_size() > 0) {
    const auto server = pick(std::nullopt);
    if (!server) return;
    take_slot(*server);
    granted.push_back({queues_.pop_any()->ticket, *server, false});
  }
}

}  // namespace wslb::proxy::lb

#include "proxy/name_watch.h"

#include <algorithm>
#include <chrono>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace wslb::proxy {
namespace asio = boost::asio;
using std::chrono::steady_clock;

namespace {

constexpr auto kQuietly = asio::as_tuple(asio::use_awaitable);

std::vector<RecordType> address_types(const config::Server& server) {
  if (server.resolution.prefers_v6) return {RecordType::Aaaa, RecordType::A};
  return {RecordType::A, RecordType::Aaaa};
}

base::Duration hold_for(const config::Hold& hold, DnsStatus status) {
  switch (status) {
    case DnsStatus::Nx:
      return hold.nx;
    case DnsStatus::Refused:
      return hold.refused;
    case DnsStatus::Timeout:
      return hold.timeout;
    case DnsStatus::Valid:
    case DnsStatus::Other:
      break;
  }
  return hold.other;
}

// HAProxy's words.
std::string reason_of(DnsStatus status) {
  switch (status) {
    case DnsStatus::Nx:
      return "DNS NX status";
    case DnsStatus::Refused:
      return "DNS refused status";
    case DnsStatus::Timeout:
      return "DNS timeout status";
    case DnsStatus::Valid:
    case DnsStatus::Other:
      break;
  }
  return "unspecified DNS error";
}

}  // namespace

NameWatch::NameWatch(std::shared_ptr<Service> service, std::shared_ptr<HealthMonitor> monitor,
                     asio::any_io_executor executor)
    : service_(std::move(service)), monitor_(std::move(monitor)), executor_(std::move(executor)) {
  for (const config::ResolversSection& configured : service_->config.resolvers) {
    auto section = std::make_unique<Section>(Section{configured, {}});
    for (const config::NameServer& server : configured.servers) {
      section->servers.push_back(std::make_unique<NameServer>(executor_, configured, server));
    }
    sections_.push_back(std::move(section));
  }
}

void NameWatch::start() {
  for (const auto& [name, pool] : service_->pools) {
    const auto& servers = pool->section().servers;
    for (std::size_t i = 0; i < servers.size(); ++i) {
      const config::Server& server = servers[i];
      if (server.host.empty() || server.resolution.resolvers.empty()) continue;
      Member& member = *members_.emplace_back(std::make_unique<Member>(Member{*pool, i}));
      if (!server.resolution.is_service) {
        join(member, server.host, address_types(server));
        continue;
      }
      join(member, server.host, {RecordType::Srv});
      const std::string host = pool->host(i);  // known under the configuration before
      if (host.empty()) continue;
      member.service = lb::ServiceRecord{host, pool->address(i).port, 0};
      join(member, host, address_types(server));
    }
  }
}

void NameWatch::stop() {
  stopped_ = true;
  for (const auto& name : names_) name->timer.cancel();
}

NameWatch::Section* NameWatch::find_section(const std::string& name) {
  const auto found = std::ranges::find_if(
      sections_, [&](const auto& section) { return section->configured.name == name; });
  return found == sections_.end() ? nullptr : found->get();
}

void NameWatch::join(Member& member, const std::string& host, std::vector<RecordType> types) {
  Section* section = find_section(member.configured().resolution.resolvers);
  if (section == nullptr) return;  // the configuration was refused then
  for (const auto& name : names_) {
    if (&name->section != section || name->host != host || name->types != types) continue;
    if (name->members.empty()) continue;  // its watch is ending
    name->members.push_back(&member);
    return;
  }
  const auto name = std::make_shared<Name>(
      Name{*section, host, std::move(types), {&member}, asio::steady_timer(executor_)});
  const bool has_address = !member.pool.state(member.server).unresolved;
  if (has_address) name->last_valid = steady_clock::now();
  names_.push_back(name);
  asio::co_spawn(executor_, follow(name), asio::detached);
}

// The target of its SRV record is no longer its name.
void NameWatch::leave(Member& member) {
  for (const auto& name : names_) {
    if (name->types.front() != RecordType::Srv) std::erase(name->members, &member);
  }
}

asio::awaitable<void> NameWatch::follow(std::shared_ptr<Name> name) {
  const auto self = shared_from_this();
  while (!stopped_ && !name->members.empty()) {
    name->timer.expires_after(name->section.configured.interval);
    const Found found = co_await resolve(*name);
    if (stopped_) break;
    take(*name, found);
    co_await name->timer.async_wait(kQuietly);
  }
  std::erase(names_, name);
}

asio::awaitable<NameWatch::Found> NameWatch::resolve(Name& name) {
  Found found;
  for (int i = 0; i < name.section.configured.retries; ++i) {
    for (const RecordType type : name.types) {
      found = co_await ask_all(name, type);
      if (stopped_ || found.answer.status == DnsStatus::Valid) co_return found;
      if (found.answer.status == DnsStatus::Timeout) break;
    }
  }
  co_return found;
}

asio::awaitable<NameWatch::Found> NameWatch::ask_all(Name& name, RecordType type) {
  struct Round {
    explicit Round(const asio::any_io_executor& executor) : settled(executor) {}
    asio::steady_timer settled;
    std::size_t pending = 0;
    Found found;

    [[nodiscard]] bool over() const {
      return pending == 0 || found.answer.status == DnsStatus::Valid;
    }
  };
  const auto round = std::make_shared<Round>(executor_);
  const auto& servers = name.section.servers;
  round->pending = servers.size();
  // Each calls back by then; this is for a name server that was let go.
  round->settled.expires_after(2 * name.section.configured.retry_timeout);
  for (const auto& server : servers) {
    server->ask(name.host, type, [round, by = server->name()](const DnsAnswer& answer) {
      if (round->over()) return;
      --round->pending;
      // What one of them says counts for more than another's silence.
      const bool silent = answer.status == DnsStatus::Timeout;
      if (!silent || round->found.by.empty()) round->found = {answer, by};
      if (round->over()) round->settled.cancel();
    });
  }
  if (!round->over()) co_await round->settled.async_wait(kQuietly);
  co_return round->found;
}

void NameWatch::take(Name& name, const Found& found) {
  const auto now = steady_clock::now();
  const config::Hold& hold = name.section.configured.hold;
  if (found.answer.status != DnsStatus::Valid) {
    const base::Duration period = hold_for(hold, found.answer.status);
    if (name.last_valid && now - *name.last_valid < period) return;
    name.addresses.clear();
    name.services.clear();
    return lose_all(name, reason_of(found.answer.status));
  }
  name.last_valid = now;
  if (name.types.front() == RecordType::Srv) {
    name.services.update(found.answer.services, now, hold.obsolete);
    return give_services(name);
  }
  name.addresses.update(found.answer.addresses, now, hold.obsolete);
  give_addresses(name, found.by);
}

void NameWatch::give_addresses(Name& name, const std::string& by) {
  std::vector<lb::Seeker> seekers;
  std::vector<base::Endpoint> before;
  for (const Member* member : name.members) {
    const base::Endpoint now = member->pool.address(member->server);
    before.push_back(now);
    const bool has = !member->pool.state(member->server).unresolved;
    const std::uint16_t port = member->service ? member->service->port : now.port;
    seekers.push_back(
        {&member->configured().resolution, has ? std::optional(now.address) : std::nullopt, port});
  }
  const auto chosen = lb::choose_addresses(seekers, name.addresses.all());
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const Member& member = *name.members[i];
    const base::Endpoint after{chosen[i].value_or(base::IpAddress()), seekers[i].port};
    if (chosen[i] == seekers[i].has && after == before[i]) continue;
    if (chosen[i]) {
      monitor_->address_found(member.pool, member.server, after, name.host,
                              name.section.configured.name + "/" + by);
    } else {
      monitor_->address_lost(member.pool, member.server, "No IP for server ");
    }
  }
}

void NameWatch::give_services(Name& name) {
  std::vector<std::optional<lb::ServiceRecord>> has;
  for (const Member* member : name.members) has.push_back(member->service);
  const auto chosen = lb::choose_services(has, name.services.all());
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    Member& member = *name.members[i];
    const config::Server& server = member.configured();
    const bool same = chosen[i] && chosen[i] == member.service;
    if (!same && member.service) {
      leave(member);
      monitor_->address_lost(member.pool, member.server, "entry removed from SRV record");
    }
    member.service = chosen[i];
    if (!chosen[i]) continue;
    const int weight = lb::server_weight(chosen[i]->weight);
    const bool counts = !server.resolution.ignores_weight &&
                        weight != member.pool.state(member.server).weight &&
                        member.pool.takes_weight(member.server, weight);
    if (counts) member.pool.set_weight(member.server, weight);
    if (same) continue;
    monitor_->host_found(member.pool, member.server, chosen[i]->target);
    join(member, chosen[i]->target, address_types(server));
  }
}

void NameWatch::lose_all(Name& name, const std::string& reason) {
  const bool is_service = name.types.front() == RecordType::Srv;
  for (Member* member : name.members) {
    if (is_service && member->service) leave(*member);
    if (is_service) member->service.reset();
    monitor_->address_lost(member->pool, member->server,
                           is_service ? "entry removed from SRV record" : reason);
  }
}

}  // namespace wslb::proxy

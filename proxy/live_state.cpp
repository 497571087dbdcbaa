#include "proxy/live_state.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <random>
#include <string>

// Each function answers for the samples of its own kind.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wswitch-enum"

namespace wslb::proxy {
namespace {

using config::Fetch;
using http::Value;

std::uint64_t chance() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  return generator();
}

// RFC 9562, section 5.4.
std::string random_uuid() {
  const std::uint64_t high = (chance() & ~0xf000ULL) | 0x4000ULL;
  const std::uint64_t low = (chance() & ~(3ULL << 62U)) | (2ULL << 62U);
  std::array<char, 40> text;
  std::snprintf(text.data(), text.size(), "%08x-%04x-%04x-%04x-%012llx",
                static_cast<unsigned>(high >> 32U), static_cast<unsigned>(high >> 16U & 0xffffU),
                static_cast<unsigned>(high & 0xffffU), static_cast<unsigned>(low >> 48U),
                static_cast<unsigned long long>(low & 0xffffffffffffULL));
  return text.data();
}

Value of(std::size_t number) {
  return Value::of(static_cast<std::int64_t>(number));
}

// Places for further connections; -1 where a server has no limit.
Value free_slots(const ServerPool& pool) {
  std::int64_t free = 0;
  const auto& servers = pool.section().servers;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    if (!pool.is_usable(i)) continue;
    if (servers[i].maxconn == 0) return Value::of(std::int64_t{-1});
    const auto served = static_cast<std::int64_t>(pool.load(i).served);
    free += std::max<std::int64_t>(0, std::int64_t{servers[i].maxconn} - served);
  }
  return Value::of(free);
}

std::size_t queued(const ServerPool& pool) {
  std::size_t waiting = 0;
  for (std::size_t i = 0; i < pool.section().servers.size(); ++i) {
    const ServerPool::Load load = pool.load(i);
    waiting += load.server_queue + (i == 0 ? load.backend_queue : 0);
  }
  return waiting;
}

std::optional<Value> of_backend(Fetch fetch, const ServerPool& pool) {
  switch (fetch) {
    case Fetch::UsableServers:
      return of(pool.usable_servers());
    case Fetch::ConnectionSlots:
      return Value::of(std::int64_t{-1});  // a queue without a limit has endless slots
    case Fetch::BackendConnections:
      return of(pool.connections().load());
    case Fetch::BackendFreeConnections:
      return free_slots(pool);
    case Fetch::BackendQueue:
      return of(queued(pool));
    case Fetch::BackendAverageQueue: {
      const std::size_t usable = pool.usable_servers();
      return of(usable == 0 ? queued(pool) : (queued(pool) + usable - 1) / usable);
    }
    default:
      return std::nullopt;
  }
}

std::optional<Value> of_server(const config::Sample& sample, const ServerPool& pool) {
  const auto& servers = pool.section().servers;
  const auto found = std::ranges::find(servers, sample.server, &config::Server::name);
  if (found == servers.end()) return std::nullopt;
  const auto index = static_cast<std::size_t>(found - servers.begin());
  if (sample.fetch == Fetch::ServerIsUp) return Value::of(pool.is_usable(index));
  const ServerPool::Load load = pool.load(index);
  return of(sample.fetch == Fetch::ServerConnections ? load.served : load.server_queue);
}

}  // namespace

const ServerPool* ServiceState::pool_of(const config::Sample& sample) const {
  if (sample.proxy.empty()) return pool_;
  const auto found = service_.pools.find(sample.proxy);
  return found == service_.pools.end() ? nullptr : found->second.get();
}

std::optional<Value> ServiceState::of_frontend(const config::Sample& sample) const {
  if (sample.proxy.empty()) return of(frontend_.gate.open());
  for (const auto& frontend : service_.frontends) {
    if (frontend->section.name == sample.proxy) return of(frontend->gate.open());
  }
  return std::nullopt;
}

const config::Userlist* ServiceState::userlist(std::string_view name) const {
  return service_.config.find_userlist(name);
}

std::optional<Value> ServiceState::value(const config::Sample& sample) const {
  const ServerPool* const pool = pool_of(sample);
  switch (sample.fetch) {
    case Fetch::FrontendConnections:
      return of_frontend(sample);
    case Fetch::FrontendName:
      return Value::text(frontend_.section.name);
    case Fetch::BackendName:
      if (pool == nullptr) return std::nullopt;
      return Value::text(pool->section().name);
    case Fetch::ServerName:
      if (pool == nullptr || !server_) return std::nullopt;
      return Value::text(pool->section().servers[*server_].name);
    case Fetch::ServerId:
      if (pool == nullptr || !server_) return std::nullopt;
      return Value::of(std::int64_t{pool->section().servers[*server_].id});
    case Fetch::Random: {
      const std::uint64_t below =
          sample.number > 0 ? static_cast<std::uint64_t>(sample.number) : std::uint64_t{1} << 32U;
      return Value::of(static_cast<std::int64_t>(chance() % below));
    }
    case Fetch::Date: {
      const auto now = std::chrono::system_clock::now().time_since_epoch();
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
      return Value::of(static_cast<std::int64_t>(seconds) + sample.number);
    }
    case Fetch::Uuid:
      return Value::text(random_uuid());
    case Fetch::ServerIsUp:
    case Fetch::ServerConnections:
    case Fetch::ServerQueue:
      return pool == nullptr ? std::nullopt : of_server(sample, *pool);
    default:
      if (pool != nullptr) return of_backend(sample.fetch, *pool);
      // A backend without servers has no pool.
      if (service_.config.find_backend(sample.proxy) == nullptr) return std::nullopt;
      return of(0);
  }
}

}  // namespace wslb::proxy

#pragma GCC diagnostic pop

#include "proxy/live_traffic.h"

#include <chrono>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "proxy/request_record.h"
#include "proxy/service.h"
#include "proxy/tunnel.h"
#include "proxy/worker.h"

namespace wslb::proxy {

namespace asio = boost::asio;

namespace {

SessionFacts facts_of(const OpenSession& open) {
  SessionFacts facts;
  facts.id = open.id;
  facts.client = open.client;
  facts.frontend = open.frontend->section.name;
  facts.age = std::chrono::steady_clock::now() - open.since;
  if (open.record != nullptr && open.record->pool != nullptr) {
    const config::ProxySection& backend = open.record->pool->section();
    facts.backend = backend.name;
    if (open.record->server) facts.server = backend.servers[*open.record->server].name;
  }
  if (open.tunnel != nullptr) {
    facts.tunnel = true;
    facts.bytes_in = open.tunnel->received(Tunnel::Client);
    facts.bytes_out = open.tunnel->received(Tunnel::Server);
    facts.idle = std::chrono::steady_clock::now() - open.tunnel->idle.started;
  }
  return facts;
}

void add(LiveTraffic& live, const OpenSession& open, Detail detail) {
  if (detail == Detail::Sessions) live.sessions.push_back(facts_of(open));
  if (open.tunnel == nullptr) return;
  const Statistics* const of_server = &open.record->pool->statistics(*open.record->server);
  const Statistics* const of_frontend = &open.frontend->statistics;
  for (const Statistics* each : {of_frontend, of_server}) {
    LiveTraffic::Bytes& bytes = live.sums[each];
    bytes.in += open.tunnel->received(Tunnel::Client);
    bytes.out += open.tunnel->received(Tunnel::Server);
    ++bytes.tunnels;
  }
}

asio::awaitable<void> add_worker(LiveTraffic& live, const Worker& worker, Detail detail) {
  for (const OpenSession& open : worker.sessions) add(live, open, detail);
  co_return;
}

}  // namespace

LiveTraffic::Bytes LiveTraffic::of(const Frontend& frontend) const {
  const auto found = sums.find(&frontend.statistics);
  return found == sums.end() ? Bytes{} : found->second;
}

LiveTraffic::Bytes LiveTraffic::of(const ServerPool& pool, std::size_t server) const {
  const auto found = sums.find(&pool.statistics(server));
  return found == sums.end() ? Bytes{} : found->second;
}

asio::awaitable<LiveTraffic> gather_traffic(const std::vector<std::unique_ptr<Worker>>& workers,
                                            Detail detail) {
  LiveTraffic live;
  for (const auto& worker : workers) {
    co_await asio::co_spawn(worker->context, add_worker(live, *worker, detail),
                            asio::use_awaitable);
  }
  co_return live;
}

}  // namespace wslb::proxy

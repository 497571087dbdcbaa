#include "proxy/tunnel_facts.h"

#include <algorithm>
#include <chrono>

#include "proto/tunnel.pb.h"
#include "proxy/listener_set.h"

namespace wslb::proxy {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

std::int64_t to_us(base::TimePoint at) {
  return std::chrono::duration_cast<microseconds>(at.time_since_epoch()).count();
}

base::TimePoint from_us(std::int64_t us) {
  return base::TimePoint(microseconds(us));
}

void write(const base::Endpoint& endpoint, proto::TunnelEndpoint& out) {
  const base::ByteView bytes = endpoint.address.bytes();
  out.set_address(bytes.data(), bytes.size());
  out.set_port(endpoint.port);
}

base::Endpoint read(const proto::TunnelEndpoint& in) {
  base::Endpoint endpoint;
  if (in.address().size() == 4 || in.address().size() == 16) {
    endpoint.address = base::IpAddress::from_bytes(base::view(in.address()));
  }
  endpoint.port = static_cast<std::uint16_t>(in.port());
  return endpoint;
}

void write(const std::optional<http::Captured>& captured,
           proto::TunnelCaptures* (*make)(proto::TunnelFacts&), proto::TunnelFacts& out) {
  if (!captured) return;
  proto::TunnelCaptures& values = *make(out);
  for (const std::string& value : *captured) values.add_values(value);
}

void write(base::Duration limit, proto::TunnelFacts& out) {
  const bool none = limit == base::Duration::max();
  const auto ms = std::chrono::ceil<milliseconds>(none ? base::Duration(0) : limit).count();
  out.add_limits_ms(static_cast<std::uint64_t>(ms));
}

base::Duration read_limit(const proto::TunnelFacts& in, int index) {
  constexpr std::uint64_t kMost = 1ULL << 40U;  // decades
  const std::uint64_t ms = index < in.limits_ms_size() ? in.limits_ms(index) : 0;
  if (ms == 0 || ms > kMost) return base::Duration::max();
  return milliseconds(static_cast<std::int64_t>(ms));
}

void write(const StickHold& hold, std::uint32_t tracker, proto::TunnelHold& one) {
  const stick::Table& table = hold.table()->table;
  one.set_table(table.definition().name);
  const base::ByteView key = table.key(hold.entry());
  one.set_key(key.data(), key.size());
  one.set_tracker(tracker);
}

// The number of the first counter is `first`, see tunnel.proto.
void write(const TrackedEntries& entries, std::uint32_t first,
           google::protobuf::RepeatedPtrField<proto::TunnelHold>& out) {
  for (const auto& [counter, hold] : entries) {
    write(hold, first + static_cast<std::uint32_t>(counter), *out.Add());
  }
}

TunnelHoldKeys read_holds(const google::protobuf::RepeatedPtrField<proto::TunnelHold>& in) {
  TunnelHoldKeys holds;
  for (const proto::TunnelHold& hold : in) {
    holds.keys.push_back(
        {hold.table(), base::Bytes(hold.key().begin(), hold.key().end()), hold.tracker()});
  }
  return holds;
}

void write(const RequestRecord& record, proto::TunnelFacts& out) {
  const auto accepted = record.accepted.time_since_epoch();
  out.set_accepted_us(std::chrono::duration_cast<microseconds>(accepted).count());
  out.set_opened_us(to_us(record.opened));
  out.set_begin_us(to_us(record.begin));
  if (record.head_received) out.set_head_received_us(to_us(*record.head_received));
  if (record.dequeued) out.set_dequeued_us(to_us(*record.dequeued));
  if (record.connected) out.set_connected_us(to_us(*record.connected));
  if (record.response_received) out.set_response_received_us(to_us(*record.response_received));
  out.add_load(static_cast<std::uint32_t>(record.load.served));
  out.add_load(static_cast<std::uint32_t>(record.load.server_queue));
  out.add_load(static_cast<std::uint32_t>(record.load.backend_queue));
  out.set_request_line(record.request_line);
  out.set_unique_id(record.unique_id);
  out.set_request_cookie(record.request_cookie);
  out.set_response_cookie(record.response_cookie);
  out.set_status(record.status);
  out.set_bytes_from_client(record.bytes_from_client);
  out.set_bytes_from_server(record.bytes_from_server);
  const http::Termination& end = record.termination;
  out.set_termination({end.cause, end.phase, end.client_cookie, end.server_cookie});
  out.set_retries(record.retries);
  out.set_redispatched(record.redispatched);
  if (record.number) out.set_number(*record.number);
  out.set_logged(record.logged);
}

RequestRecord read_record(const proto::TunnelFacts& in) {
  RequestRecord record;
  record.accepted = std::chrono::system_clock::time_point(microseconds(in.accepted_us()));
  record.opened = from_us(in.opened_us());
  record.begin = from_us(in.begin_us());
  if (in.has_head_received_us()) record.head_received = from_us(in.head_received_us());
  if (in.has_dequeued_us()) record.dequeued = from_us(in.dequeued_us());
  if (in.has_connected_us()) record.connected = from_us(in.connected_us());
  if (in.has_response_received_us()) record.response_received = from_us(in.response_received_us());
  if (in.load_size() == 3) record.load = {in.load(0), in.load(1), in.load(2)};
  record.request_line = in.request_line();
  record.unique_id = in.unique_id();
  const auto captured = [](const proto::TunnelCaptures& values) {
    return http::Captured(values.values().begin(), values.values().end());
  };
  if (in.has_request_captures()) record.request_captures = captured(in.request_captures());
  if (in.has_response_captures()) record.response_captures = captured(in.response_captures());
  record.request_cookie = in.request_cookie();
  record.response_cookie = in.response_cookie();
  record.status = in.status();
  record.bytes_from_client = in.bytes_from_client();
  record.bytes_from_server = in.bytes_from_server();
  if (const std::string& end = in.termination(); end.size() == 4) {
    record.termination = {end[0], end[1], end[2], end[3]};
  }
  record.retries = in.retries();
  record.redispatched = in.redispatched();
  if (in.has_number()) record.number = in.number();
  record.logged = in.logged();
  return record;
}

}  // namespace

std::string write_tunnel_facts(const TunnelFacts& facts) {
  proto::TunnelFacts out;
  const RequestRecord& record = facts.record;
  out.set_frontend(facts.frontend.data(), facts.frontend.size());
  out.set_backend(record.pool->section().name);
  out.set_server(record.pool->section().servers[*record.server].name);
  write(facts.client, *out.mutable_client());
  write(record.destination, *out.mutable_destination());
  if (record.source) write(*record.source, *out.mutable_source());
  for (const base::Duration limit : {facts.limits.client, facts.limits.server,
                                     facts.limits.client_fin, facts.limits.server_fin}) {
    write(limit, out);
  }
  for (const StickHold& pin : facts.pins) write(pin, 0, *out.add_holds());
  write(facts.of_session, 1, *out.mutable_holds());
  write(facts.of_request, 1 + config::kTrackedMax, *out.mutable_holds());
  write(record, out);
  write(
      record.request_captures,
      [](proto::TunnelFacts& all) { return all.mutable_request_captures(); }, out);
  write(
      record.response_captures,
      [](proto::TunnelFacts& all) { return all.mutable_response_captures(); }, out);
  return out.SerializeAsString();
}

std::optional<ReadTunnelFacts> read_tunnel_facts(const std::string& text, const Service& service) {
  proto::TunnelFacts in;
  if (!in.ParseFromString(text)) return std::nullopt;
  ReadTunnelFacts facts;
  facts.frontend = service.find_frontend(in.frontend());
  ServerPool* const pool = service.find_pool(in.backend());
  if (facts.frontend == nullptr || pool == nullptr) return std::nullopt;
  const auto& servers = pool->section().servers;
  const auto server = std::ranges::find(servers, in.server(), &config::Server::name);
  if (server == servers.end()) return std::nullopt;
  facts.client = read(in.client());
  facts.limits = {.client = read_limit(in, 0),
                  .server = read_limit(in, 1),
                  .client_fin = read_limit(in, 2),
                  .server_fin = read_limit(in, 3)};
  facts.record = read_record(in);
  facts.record.destination = read(in.destination());
  if (in.has_source()) facts.record.source = read(in.source());
  facts.record.pool = pool;
  facts.record.server = static_cast<std::size_t>(server - servers.begin());
  facts.holds = read_holds(in.holds());
  return facts;
}

std::string write_client_facts(std::string_view frontend, const config::Bind& bind) {
  proto::ClientFacts out;
  out.set_frontend(std::string(frontend));
  out.set_bind(listener_name(bind));
  return out.SerializeAsString();
}

std::string write_client_facts(std::string_view frontend, const ClientConnection& client) {
  proto::ClientFacts out;
  out.set_frontend(std::string(frontend));
  if (client.bind != nullptr) out.set_bind(listener_name(*client.bind));
  write(client.address, *out.mutable_client());
  write(client.destination, *out.mutable_destination());
  write(client.tracked, 1, *out.mutable_holds());
  return out.SerializeAsString();
}

std::optional<ReadClientFacts> read_client_facts(const std::string& text, const Service& service) {
  proto::ClientFacts in;
  if (!in.ParseFromString(text)) return std::nullopt;
  ReadClientFacts facts;
  facts.frontend = service.find_frontend(in.frontend());
  if (facts.frontend == nullptr) return std::nullopt;
  const auto& binds = facts.frontend->section.binds;
  const auto bind = std::ranges::find(binds, in.bind(), listener_name);
  if (bind != binds.end()) facts.bind = &*bind;
  if (in.has_client()) facts.client = read(in.client());
  if (in.has_destination()) facts.destination = read(in.destination());
  facts.holds = read_holds(in.holds());
  return facts;
}

std::optional<StickHold> hold_again(const StickTables& tables, const TunnelHoldKeys::Key& key,
                                    stick::Table::Holder holder) {
  const auto shared = tables.find(key.table);
  if (!shared) return std::nullopt;
  const auto now = std::chrono::steady_clock::now();
  const auto kind = key.tracker == 0 ? StickHold::Kind::Pin : StickHold::Kind::KnownTracker;
  const std::lock_guard lock(shared->mutex);
  stick::Entry* const entry = shared->table.find_or_add(key.key, now);
  if (entry == nullptr) return std::nullopt;
  return StickHold(shared, *entry, kind, now, holder);
}

}  // namespace wslb::proxy

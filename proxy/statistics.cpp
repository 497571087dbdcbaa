#include "proxy/statistics.h"


#include "proxy/request_record.h"
#include "proxy/service.h"
#include "proxy/turn_time.h"

namespace wslb::proxy {
namespace {

bool is_http(const config::ProxySection& section) {
  return section.mode == config::Mode::Http;
}

// What servers and backends have in common.
void count_exchange(Statistics& statistics, const RequestRecord& record) {
  statistics.bytes_in.add(record.bytes_from_client);
  statistics.bytes_out.add(record.bytes_from_server);
  statistics.retries.add(record.retries);
  if (record.redispatched) statistics.redispatches.add();
  const char cause = record.termination.cause;
  const char phase = record.termination.phase;
  const bool of_server = cause == 'S' || cause == 's';
  if (of_server && phase == 'C') statistics.connect_errors.add();
  if ((of_server || cause == 'P') && phase == 'H') statistics.response_errors.add();
  if (cause == 'C' && phase == 'D') statistics.client_aborts.add();
  if (cause == 'S' && phase == 'D') statistics.server_aborts.add();
}

}  // namespace

void count_assigned(const ServerPool& pool) {
  const auto now = TurnTime::now();
  pool.statistics().begin_session(now);
  if (is_http(pool.section())) pool.statistics().count_request(now);
}

void count_balanced(const ServerPool& pool, std::size_t server) {
  pool.statistics().balanced.add();
  pool.statistics(server).balanced.add();
}

void count_attempt(const ServerPool& pool, std::size_t server, Attempt attempt) {
  pool.statistics(server).begin_session(TurnTime::now());
  for (Statistics* each : {&pool.statistics(), &pool.statistics(server)}) {
    (attempt == Attempt::Reuse ? each->reuses : each->connects).add();
  }
}

void count_reached(const ServerPool& pool, std::size_t server) {
  if (is_http(pool.section())) pool.statistics(server).requests.add();
}

void count_answer(Frontend& frontend, const RequestRecord& record) {
  if (!is_http(frontend.section)) return;
  frontend.statistics.count_answer(record.status);
  if (record.pool == nullptr) return;
  record.pool->statistics().count_answer(record.status);
  if (!record.server || !record.response_received) return;
  record.pool->statistics(*record.server).count_answer(record.status);
}

void count_end(Frontend& frontend, const RequestRecord& record) {
  frontend.statistics.bytes_in.add(record.bytes_from_client);
  frontend.statistics.bytes_out.add(record.bytes_from_server);
  const http::Termination& end = record.termination;
  if (record.denied) {
    frontend.statistics.denied_requests.add();
  } else if (is_http(frontend.section) && end.phase == 'R' && record.service.empty()) {
    frontend.statistics.refused_requests.add();
  }
  if (record.pool == nullptr) return;
  count_exchange(record.pool->statistics(), record);
  if (record.server) count_exchange(record.pool->statistics(*record.server), record);
}

}  // namespace wslb::proxy

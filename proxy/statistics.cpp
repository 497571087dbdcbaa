#include "proxy/statistics.h"

#include "proxy/request_record.h"
#include "proxy/service.h"

namespace wslb::proxy {
namespace {

// What servers and backends have in common.
void count_exchange(Statistics& statistics, const RequestRecord& record, bool http) {
  statistics.sessions.add();
  if (http) statistics.requests.add();
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

void count_request(Frontend& frontend, const RequestRecord& record) {
  const bool http = frontend.section.mode == config::Mode::Http;
  frontend.statistics.bytes_in.add(record.bytes_from_client);
  frontend.statistics.bytes_out.add(record.bytes_from_server);
  if (http) {
    frontend.statistics.requests.add();
    frontend.statistics.count_answer(record.status);
    if (record.termination.phase == 'R') frontend.statistics.refused_requests.add();
  }
  if (record.pool == nullptr) return;
  Statistics& backend = record.pool->statistics();
  count_exchange(backend, record, http);
  if (http) backend.count_answer(record.status);
  if (!record.server) return;
  Statistics& server = record.pool->statistics(*record.server);
  count_exchange(server, record, http);
  for (Statistics* each : {&backend, &server}) {
    if (record.termination.client_cookie != 'V') each->balanced.add();
    if (record.connected) (record.reused ? each->reuses : each->connects).add();
  }
  if (http && record.response_received) server.count_answer(record.status);
}

}  // namespace wslb::proxy

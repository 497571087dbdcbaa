#include "proxy/access_log.h"

#include <ctime>

#include <unistd.h>

#include "proxy/http/log_text.h"
#include "proxy/http/syslog_line.h"
#include "proxy/turn_time.h"

namespace wslb::proxy {
namespace {

constexpr int kSeverityError = 3;  // of `option log-separate-errors`
constexpr int kSeverityInfo = 6;   // as HAProxy logs traffic

// The time from the begin of one phase to its end; nothing where either was not reached.
http::LogFacts::Timer span(std::optional<base::TimePoint> from, std::optional<base::TimePoint> to) {
  if (!from || !to) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(*to - *from);
}

void add_timers(http::LogFacts& facts, const RequestRecord& record, bool http) {
  const auto end = TurnTime::now();
  facts.accepted = log_time(record.accepted);
  facts.begun =
      log_time(record.accepted + std::chrono::duration_cast<std::chrono::system_clock::duration>(
                                     record.begin - record.opened));
  facts.idle = span(record.opened, record.begin);
  facts.request = span(record.begin, record.head_received);
  facts.arrival = span(record.opened, record.head_received);
  facts.queue = span(http ? record.head_received : record.begin, record.dequeued);
  facts.connect = span(record.dequeued, record.connected);
  facts.response = span(record.connected, record.response_received);
  facts.data = span(http ? record.response_received : record.connected, end);
  facts.active = span(record.begin, end);
  facts.total = span(record.opened, end);
  facts.user = span(record.begin, end);
}

void add_server(http::LogFacts& facts, const RequestRecord& record) {
  facts.server = record.service;
  if (record.pool == nullptr) return;
  facts.backend = record.pool->section().name;
  facts.backend_connections = record.pool->connections();
  facts.server_queue = static_cast<std::uint32_t>(record.load.server_queue);
  facts.backend_queue = static_cast<std::uint32_t>(record.load.backend_queue);
  if (!record.server) return;
  const config::Server& server = record.pool->section().servers[*record.server];
  facts.server = server.name;
  facts.server_address = record.pool->address(*record.server);
  facts.source = record.source;
  facts.server_connections = static_cast<std::uint32_t>(record.pool->load(*record.server).served);
}

void add_request(http::LogFacts& facts, const RequestRecord& record) {
  facts.request_line = record.request_line;
  facts.unique_id = record.unique_id;
  if (record.request_captures) facts.request_captures = &*record.request_captures;
  if (record.response_captures) facts.response_captures = &*record.response_captures;
  facts.request_cookie = record.request_cookie;
  facts.response_cookie = record.response_cookie;
}

// What `option dontlog-normal` keeps and `option log-separate-errors` raises.
bool went_wrong(const RequestRecord& record) {
  return record.termination.cause != '-' || record.retries > 0 || record.redispatched ||
         record.status >= 500;
}

}  // namespace

http::LogTime log_time(std::chrono::system_clock::time_point when) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
  std::tm local{};
  localtime_r(&seconds, &local);
  return {when, std::chrono::seconds(local.tm_gmtoff)};
}

http::LogFacts log_facts(Service& service, const Frontend& frontend, const base::Endpoint& client,
                         RequestRecord& record) {
  if (!record.number) record.number = service.process.requests++;
  const bool http = frontend.section.mode == config::Mode::Http;
  http::LogFacts facts;
  facts.client = client;
  facts.destination = record.destination;
  facts.frontend = frontend.section.name;
  facts.backend = frontend.section.name;
  facts.host_name = service.process.host_name;
  if (record.tls) {
    facts.tls = true;
    facts.tls_version = record.tls->protocol;
    facts.tls_cipher = record.tls->cipher;
  }
  add_timers(facts, record, http);
  add_server(facts, record);
  add_request(facts, record);
  facts.status = http ? record.status : 0;
  facts.bytes_from_client = record.bytes_from_client;
  facts.bytes_from_server = record.bytes_from_server;
  facts.termination = record.termination;
  facts.active_connections = service.process.gate.open();
  facts.frontend_connections = frontend.gate.open();
  facts.retries = record.retries;
  facts.redispatched = record.redispatched;
  facts.request_counter = *record.number;
  facts.line_counter = frontend.log_lines;
  facts.process_id = ::getpid();
  return facts;
}

void write_access_log(Service& service, Frontend& frontend, const base::Endpoint& client,
                      RequestRecord& record, LogMoment moment) {
  const config::ProxySection& section = frontend.section;
  const bool early = moment == LogMoment::Early;
  if (section.logs.empty() || record.logged || (early && !section.options.logasap)) return;
  record.logged = true;
  const bool wrong = went_wrong(record);
  if (!wrong && section.options.dontlog_normal) return;
  http::LogFacts facts = log_facts(service, frontend, client, record);
  facts.early = early;
  http::Transaction transaction;  // of the heads nothing is left but what was captured
  transaction.client = client;
  transaction.destination = record.destination;
  transaction.stick = record.stick;
  ++frontend.log_lines;
  send_to_logs(service, section,
               wrong && section.options.log_separate_errors ? kSeverityError : kSeverityInfo,
               http::log_text(section.log_format, facts, &transaction));
}

void send_to_logs(Service& service, const config::ProxySection& section, int severity,
                  std::string_view line) {
  const http::LogTime now = log_time(TurnTime::wall());
  const config::Global& global = service.config.global;
  http::SyslogOrigin origin;
  origin.tag = section.log_tag.empty() ? global.log_tag : section.log_tag;
  origin.process_id = ::getpid();
  if (global.log_host_name) {
    origin.host_name =
        global.log_host_name->empty() ? service.process.host_name : *global.log_host_name;
  }
  for (const config::LogTarget& target : section.logs) {
    const std::string text = http::syslog_line(target, severity, now, origin, line);
    if (!text.empty()) service.process.syslog.send(target, text);
  }
}

}  // namespace wslb::proxy

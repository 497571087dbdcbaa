#include "proxy/access_log.h"

#include <ctime>
#include <string>

#include <unistd.h>

namespace wslb::proxy {
namespace {

constexpr int kSeverityInfo = 6;  // as HAProxy logs traffic

http::LogTime broken_down(std::chrono::system_clock::time_point when) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
  std::tm local{};
  localtime_r(&seconds, &local);
  const auto since = when - std::chrono::system_clock::from_time_t(seconds);
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
  return {local.tm_year + 1900,
          local.tm_mon + 1,
          local.tm_mday,
          local.tm_hour,
          local.tm_min,
          local.tm_sec,
          static_cast<int>(milliseconds)};
}

// The time from the begin of one phase to its end; nothing where either was not reached.
http::LogFacts::Timer span(std::optional<base::TimePoint> from, std::optional<base::TimePoint> to) {
  if (!from || !to) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(*to - *from);
}

http::LogFacts facts_of(const Service& service, const Frontend& frontend,
                        const base::Endpoint& client, const RequestRecord& record) {
  http::LogFacts facts;
  facts.client = client;
  facts.destination = record.destination;
  facts.accepted = broken_down(record.accepted);
  facts.frontend = frontend.section.name;
  facts.backend = record.pool != nullptr ? record.pool->section().name : frontend.section.name;
  facts.mode = frontend.section.mode;
  const bool http = facts.mode == config::Mode::Http;
  facts.request = span(record.begin, record.head_received);
  facts.queue = span(http ? record.head_received : record.begin, record.dequeued);
  facts.connect = span(record.dequeued, record.connected);
  facts.response = span(record.connected, record.response_received);
  facts.total = span(record.begin, std::chrono::steady_clock::now());
  facts.status = record.status;
  facts.bytes = record.bytes_to_client;
  facts.termination = record.termination;
  facts.active = service.gate.open();
  facts.frontend_active = frontend.gate.open();
  if (record.pool != nullptr) facts.backend_active = record.pool->connections;
  if (record.server) {
    facts.server = record.pool->section().servers[*record.server].name;
    facts.server_active = static_cast<std::uint32_t>(record.load.served);
  }
  facts.server_queue = static_cast<std::uint32_t>(record.load.server_queue);
  facts.backend_queue = static_cast<std::uint32_t>(record.load.backend_queue);
  facts.retries = record.retries;
  facts.redispatched = record.redispatched;
  facts.request_line = record.request_line;
  return facts;
}

}  // namespace

void write_access_log(Service& service, const Frontend& frontend, const base::Endpoint& client,
                      const RequestRecord& record) {
  const config::ProxySection& section = frontend.section;
  if (section.logs.empty()) return;
  const http::LogFacts facts = facts_of(service, frontend, client, record);
  send_to_logs(service.syslog, section.logs, kSeverityInfo,
               http::log_line(section.log_format, facts));
}

void send_to_logs(SyslogSender& syslog, const std::vector<config::LogTarget>& targets, int severity,
                  const std::string& line) {
  const http::LogTime now = broken_down(std::chrono::system_clock::now());
  for (const config::LogTarget& target : targets) {
    if (target.max_level < severity) continue;
    syslog.send(
        target.endpoint,
        http::syslog_header(target.facility, severity, now, "wslb-proxy", ::getpid()) + line);
  }
}

}  // namespace wslb::proxy

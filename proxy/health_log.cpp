// The part of HealthMonitor that tells what it found, in HAProxy's words.
#include <string_view>

#include <spdlog/spdlog.h>

#include "proxy/access_log.h"
#include "proxy/health_monitor.h"

namespace wslb::proxy {

using config::CheckVerdict;
using lb::Operation;

namespace {

// As HAProxy's.
constexpr int kSeverityEmergency = 0;
constexpr int kSeverityAlert = 1;
constexpr int kSeverityNotice = 5;

std::string_view word_for(Operation operation) {
  switch (operation) {
    case Operation::Running:
      return " is UP";
    case Operation::Stopping:
      return " is stopping";
    case Operation::Stopped:
      break;
  }
  return " is DOWN";
}

std::string left_behind(const ServerPool::Shift& shift) {
  return std::to_string(shift.sessions) + " sessions active, " + std::to_string(shift.requeued) +
         " requeued, " + std::to_string(shift.queued) + " remaining in queue.";
}

}  // namespace

void HealthMonitor::log_change(Watched& watched, const ServerPool::Shift& shift,
                               Operation operation, const std::string& reason) {
  const bool down = operation == Operation::Stopped;
  std::string line = watched.title();
  line.append(word_for(operation)).append(reason);
  line += ". " + std::to_string(shift.after.active) + " active and " +
          std::to_string(shift.after.backup) + " backup servers " + (down ? "left." : "online.");
  if (shift.after.active == 0 && shift.after.backup > 0) line += " Running on backup.";
  line += " ";
  if (down) {
    line += left_behind(shift);
  } else {
    line += std::to_string(shift.requeued) + " sessions requeued, " + std::to_string(shift.queued) +
            " total in queue.";
  }
  const bool alarming = down && shift.from != lb::State::Drain;
  write(watched, alarming ? kSeverityAlert : kSeverityNotice, line);
  log_if_last(watched, shift);
}

void HealthMonitor::log_if_last(const Watched& watched, const ServerPool::Shift& shift) {
  const bool had_any = shift.before.active + shift.before.backup > 0;
  if (!had_any || shift.after.active + shift.after.backup > 0) return;
  const bool listen = watched.pool.section().kind == config::ProxySection::Kind::Listen;
  write(watched, kSeverityEmergency,
        std::string(listen ? "proxy " : "backend ") + watched.pool.section().name +
            " has no server available!");
}

void HealthMonitor::log_address(const Watched& watched, const base::IpAddress& before,
                                const base::IpAddress& after, const std::string& by) {
  write(watched, kSeverityNotice,
        watched.name() + " changed its IP from " +
            (before.is_unspecified() ? "(none)" : before.to_string()) + " to " + after.to_string() +
            " by " + by + ".");
}

void HealthMonitor::log_resolved(const Watched& watched, const std::string& host) {
  const std::string name = watched.title();
  write(watched, kSeverityNotice, name + " ('" + host + "') is UP/READY (resolves again).");
  write(watched, kSeverityNotice, name + " administratively READY thanks to valid DNS answer.");
}

void HealthMonitor::log_lost(const Watched& watched, const ServerPool::Shift& shift,
                             const std::string& reason) {
  if (shift.from == lb::State::Down) {
    return write(watched, kSeverityNotice,
                 watched.title() + " was DOWN and now enters maintenance (" + reason + ").");
  }
  write(watched, kSeverityAlert,
        watched.title() + " is going DOWN for maintenance (" + reason + "). " +
            std::to_string(shift.after.active) + " active and " +
            std::to_string(shift.after.backup) + " backup servers left. " + left_behind(shift));
  log_if_last(watched, shift);
}

void HealthMonitor::log_host(const Watched& watched, const std::string& host) {
  write(watched, kSeverityNotice,
        watched.name() + " changed its FQDN from (null) to " + host + " by 'SRV record'");
}

void HealthMonitor::log_check(Watched& watched, const lb::CheckResult& result, bool of_agent) {
  const config::Server& server = watched.configured();
  const bool weightless = watched.pool.state(watched.server).weight == 0;
  const CheckVerdict verdict = config::verdict_of(result.status);
  std::string line = of_agent ? "Agent check for " : "Health check for ";
  if (server.backup) line += "backup ";
  line += "server " + watched.pool.section().name + "/" + server.name + " ";
  if (verdict == CheckVerdict::Conditional) line += "conditionally ";
  line += verdict == CheckVerdict::Failed ? "failed" : "succeeded";
  line += result.to_text() + ", status: ";
  line +=
      of_agent ? watched.health.agent_score(weightless) : watched.health.check_score(weightless);
  write(watched, kSeverityNotice, line + ".");
}

void HealthMonitor::write(const Watched& watched, int severity, const std::string& line) {
  spdlog::warn(line);
  send_to_logs(*service_, watched.pool.section(), severity, line);
}

}  // namespace wslb::proxy

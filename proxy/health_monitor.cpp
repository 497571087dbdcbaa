#include "proxy/health_monitor.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstdint>
#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "proxy/access_log.h"

namespace wslb::proxy {

using config::CheckStatus;
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

}  // namespace

HealthMonitor::HealthMonitor(Service& service, boost::asio::any_io_executor executor,
                             EndSessions end_sessions)
    : service_(service), executor_(std::move(executor)), end_sessions_(std::move(end_sessions)) {
  for (const auto& [name, pool] : service_.pools) {
    const std::size_t first = all_.size();
    for (std::size_t i = 0; i < pool->section().servers.size(); ++i) {
      all_.push_back(std::make_unique<Watched>(*pool, i));
    }
    pool->on_observation = [this, first](std::size_t server, lb::Observation observation) {
      Watched& watched = *all_[first + server];
      boost::asio::post(executor_,
                        [this, &watched, observation] { on_traffic(watched, observation); });
    };
  }
  for (const auto& watched : all_) {
    if (const auto& track = watched->configured().track) {
      const std::string own = watched->pool.section().name;
      if (Watched* tracked = find(track->backend.empty() ? own : track->backend, track->server)) {
        tracked->trackers.push_back(watched.get());
      }
    }
    watch(*watched);
  }
}

HealthMonitor::Watched* HealthMonitor::find(const std::string& backend, const std::string& server) {
  for (const auto& watched : all_) {
    if (watched->pool.section().name == backend && watched->configured().name == server) {
      return watched.get();
    }
  }
  return nullptr;
}

HealthMonitor::Watched& HealthMonitor::find(const ServerPool& pool, std::size_t server) {
  const auto found = std::ranges::find_if(all_, [&](const auto& watched) {
    return &watched->pool == &pool && watched->server == server;
  });
  assert(found != all_.end());
  return **found;
}

void HealthMonitor::watch(Watched& watched) {
  const config::Server& server = watched.configured();
  const config::ProxySection& section = watched.pool.section();
  if (server.check.enabled) {
    watched.checker = std::make_unique<HealthChecker>(
        executor_, section, watched.server,
        [this, &watched](const lb::CheckResult& result) { return on_check(watched, result); },
        service_.tls.get(),
        [&watched] { return watched.pool.state(watched.server).operation != Operation::Stopped; });
    watched.checker->set_paused(watched.maintained);
    watched.checker->start();
  }
  if (server.agent.enabled) {
    watched.agent = std::make_unique<AgentChecker>(
        executor_, section, watched.server,
        [this, &watched](lb::CheckResult result, const std::optional<lb::AgentReply>& reply) {
          on_agent(watched, std::move(result), reply);
        });
    watched.agent->start(HealthChecker::first_delay(section, watched.server));
  }
}

base::Duration HealthMonitor::on_check(Watched& watched, const lb::CheckResult& result) {
  const lb::ServerHealth::News news = watched.health.on_check(result.status);
  watched.pool.note_check(watched.server, result, watched.health.check_points());
  const bool logged = watched.pool.section().check.logged;
  if (logged && news.notable) log_check(watched, result, false);
  if (news.state) change(watched, *news.state, logged ? std::string() : result.to_text());
  return watched.health.next_check();
}

void HealthMonitor::on_agent(Watched& watched, lb::CheckResult result,
                             const std::optional<lb::AgentReply>& reply) {
  if (reply) {
    const std::string warning = obey(watched, *reply);
    result.status = reply->status();
    result.info = reply->info(warning);
  }
  const Operation now = watched.pool.state(watched.server).operation;
  const lb::ServerHealth::News news = watched.health.on_agent(result.status, now);
  const bool logged = watched.pool.section().check.logged;
  if (logged && news.notable) log_check(watched, result, true);
  if (news.state) change(watched, *news.state, logged ? std::string() : result.to_text());
}

// What the agent wants done; returns what of it could not be.
std::string HealthMonitor::obey(Watched& watched, const lb::AgentReply& reply) {
  std::string warning;
  if (reply.admin) {
    watched.pool.set_admin(watched.server, *reply.admin);
    follow_admin(watched);
  }
  if (!reply.weight.empty()) {
    const int configured = watched.configured().weight;
    const auto weight = lb::parse_agent_weight(reply.weight, configured);
    if (!weight) {
      warning = "Trailing garbage in weight string.";
    } else if (watched.pool.takes_any_weight() || *weight == 0 || *weight == configured) {
      watched.pool.set_weight(watched.server, *weight);
    } else {
      warning = "Backend is using a static LB algorithm and only accepts weights '0%' and '100%'.";
    }
  }
  if (!reply.maxconn.empty()) {
    std::uint32_t maxconn = 0;
    const char* end = reply.maxconn.data() + reply.maxconn.size();
    const auto [last, error] = std::from_chars(reply.maxconn.data(), end, maxconn);
    if (error == std::errc() && last == end) {
      watched.pool.set_maxconn(watched.server, maxconn);
    } else if (warning.empty()) {
      warning = "Trailing garbage in maxconn string.";
    }
  }
  return warning;
}

void HealthMonitor::admin_changed(ServerPool& pool, std::size_t server) {
  follow_admin(find(pool, server));
}

// In maintenance nothing is checked; a server that leaves it is up and one failure from down.
void HealthMonitor::follow_admin(Watched& watched) {
  const bool maintained = watched.pool.state(watched.server).admin == lb::Admin::Maint;
  if (watched.maintained == maintained) return;
  watched.maintained = maintained;
  if (!maintained) watched.health.reset();
  watched.pool.note_points(watched.server, watched.health.check_points());
  if (watched.checker) watched.checker->set_paused(maintained || watched.unchecked);
  for (Watched* tracker : watched.trackers) {
    tracker->pool.set_admin(tracker->server, maintained ? lb::Admin::Maint : lb::Admin::Ready);
    follow_admin(*tracker);
  }
}

void HealthMonitor::force(ServerPool& pool, std::size_t server, Operation operation) {
  Watched& watched = find(pool, server);
  watched.health.force(operation);
  watched.pool.note_points(watched.server, watched.health.check_points());
  change(watched, operation, ", changed from CLI");
}

void HealthMonitor::set_checked(ServerPool& pool, std::size_t server, bool on) {
  Watched& watched = find(pool, server);
  watched.unchecked = !on;
  if (watched.checker) watched.checker->set_paused(watched.maintained || watched.unchecked);
}

void HealthMonitor::on_traffic(Watched& watched, lb::Observation observation) {
  const auto alarm = watched.health.on_traffic(observation);
  if (!alarm) return;
  if (alarm->fails) {
    (void)on_check(watched, {CheckStatus::Observed, 0, alarm->text, std::nullopt});
  }
  if (watched.checker && watched.configured().check.fastinter) {
    watched.checker->hasten(*watched.configured().check.fastinter);
  }
}

void HealthMonitor::change(Watched& watched, Operation operation, const std::string& reason) {
  const auto shift = watched.pool.set_operation(watched.server, operation);
  if (!shift) return;
  log_change(watched, *shift, operation, reason);
  end_sessions(watched, operation);
  const std::string via = " via " + watched.pool.section().name + "/" + watched.configured().name;
  for (Watched* tracker : watched.trackers) change(*tracker, operation, via);
}

// `on-marked-down` and `on-marked-up`.
void HealthMonitor::end_sessions(const Watched& watched, Operation operation) {
  const config::Server& server = watched.configured();
  if (operation == Operation::Stopped && server.down_ends_sessions) {
    end_sessions_(watched.pool, watched.server);
  }
  const bool takes_over = operation == Operation::Running && server.up_ends_backup_sessions &&
                          !server.backup && watched.pool.is_usable(watched.server);
  if (!takes_over) return;
  const auto& servers = watched.pool.section().servers;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    if (servers[i].backup) end_sessions_(watched.pool, i);
  }
}

void HealthMonitor::log_change(Watched& watched, const ServerPool::Shift& shift,
                               Operation operation, const std::string& reason) {
  const bool backup = watched.configured().backup;
  const std::string name = watched.pool.section().name + "/" + watched.configured().name;
  const bool down = operation == Operation::Stopped;
  std::string line = (backup ? "Backup Server " : "Server ") + name;
  line.append(word_for(operation)).append(reason);
  line += ". " + std::to_string(shift.after.active) + " active and " +
          std::to_string(shift.after.backup) + " backup servers " + (down ? "left." : "online.");
  if (shift.after.active == 0 && shift.after.backup > 0) line += " Running on backup.";
  line += " ";
  if (down) {
    line += std::to_string(shift.sessions) + " sessions active, " + std::to_string(shift.requeued) +
            " requeued, " + std::to_string(shift.queued) + " remaining in queue.";
  } else {
    line += std::to_string(shift.requeued) + " sessions requeued, " + std::to_string(shift.queued) +
            " total in queue.";
  }
  const bool alarming = down && shift.from != lb::State::Drain;
  write(watched, alarming ? kSeverityAlert : kSeverityNotice, line);
  const bool had_any = shift.before.active + shift.before.backup > 0;
  if (had_any && shift.after.active + shift.after.backup == 0) {
    const bool listen = watched.pool.section().kind == config::ProxySection::Kind::Listen;
    write(watched, kSeverityEmergency,
          std::string(listen ? "proxy " : "backend ") + watched.pool.section().name +
              " has no server available!");
  }
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
  send_to_logs(service_, watched.pool.section(), severity, line);
}

}  // namespace wslb::proxy

#include "proxy/health_monitor.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstdint>
#include <unordered_map>
#include <utility>

#include <boost/asio/post.hpp>

namespace wslb::proxy {

using config::CheckStatus;
using lb::Operation;

HealthMonitor::HealthMonitor(std::shared_ptr<Service> service,
                             boost::asio::any_io_executor executor, EndSessions end_sessions,
                             const HealthMonitor* before)
    : service_(std::move(service)),
      executor_(std::move(executor)),
      end_sessions_(std::move(end_sessions)) {
  std::unordered_map<const SharedServer*, const Watched*> known;
  if (before != nullptr) {
    for (const auto& each : before->all_) known.emplace(each->identity(), each.get());
  }
  for (const auto& [name, pool] : service_->pools) {
    for (std::size_t i = 0; i < pool->section().servers.size(); ++i) {
      Watched& watched = *all_.emplace_back(std::make_unique<Watched>(*pool, i));
      watched.first_delay = HealthChecker::first_delay(pool->section(), i);
      const auto same = known.find(watched.identity());
      if (same != known.end()) go_on(watched, *same->second);
    }
  }
}

void HealthMonitor::go_on(Watched& watched, const Watched& known) {
  watched.health.go_on(known.health);
  watched.maintained = watched.in_maintenance();
  if (known.maintained && !watched.maintained) watched.health.reset();
  watched.pool.note_points(watched.server, watched.health.check_points());
  if (known.checker) {
    watched.first_delay = std::min(known.checker->due_in(), watched.health.next_check());
  } else if (known.agent) {
    watched.first_delay = std::min(known.agent->due_in(), watched.configured().agent.inter);
  }
}

void HealthMonitor::start() {
  std::size_t first = 0;
  for (const auto& [name, pool] : service_->pools) {
    // What is seen under an earlier configuration, when its monitor has gone, is not told.
    pool->on_observation = [weak = weak_from_this(), executor = executor_, first](
                               std::size_t server, lb::Observation observation) {
      boost::asio::post(executor, [weak, index = first + server, observation] {
        if (const auto self = weak.lock()) self->on_traffic(*self->all_[index], observation);
      });
    };
    first += pool->section().servers.size();
  }
  for (const auto& watched : all_) {
    if (const auto& track = watched->configured().track) {
      const std::string own = watched->pool.section().name;
      if (Watched* tracked = find(track->backend.empty() ? own : track->backend, track->server)) {
        tracked->trackers.push_back(watched.get());
        const Operation now = tracked->pool.state(tracked->server).operation;
        (void)watched->pool.set_operation(watched->server, now);
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
  const auto where = [&watched] { return watched.pool.address(watched.server); };
  if (server.check.enabled) {
    watched.checker = std::make_unique<HealthChecker>(
        executor_, section, watched.server,
        [this, &watched](const lb::CheckResult& result) { return on_check(watched, result); },
        service_->tls,
        [&watched] { return watched.pool.state(watched.server).operation != Operation::Stopped; },
        where);
    watched.checker->set_paused(watched.rests());
    watched.checker->start(watched.first_delay);
  }
  if (server.agent.enabled) {
    watched.agent = std::make_unique<AgentChecker>(
        executor_, section, watched.server,
        [this, &watched](lb::CheckResult result, const std::optional<lb::AgentReply>& reply) {
          on_agent(watched, std::move(result), reply);
        },
        where);
    watched.agent->start(watched.first_delay);
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
    } else if (watched.pool.takes_weight(watched.server, *weight)) {
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
  const bool maintained = watched.in_maintenance();
  if (watched.maintained == maintained) return;
  watched.maintained = maintained;
  if (!maintained) watched.health.reset();
  watched.pool.note_points(watched.server, watched.health.check_points());
  if (watched.checker) watched.checker->set_paused(watched.rests());
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
  pool.note_checks(server, on);
  if (watched.checker) watched.checker->set_paused(watched.rests());
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

}  // namespace wslb::proxy

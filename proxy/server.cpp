#include "proxy/server.h"

#include <chrono>
#include <csignal>
#include <thread>

#include <spdlog/spdlog.h>

#include "proxy/access_log.h"
#include "proxy/http_session.h"
#include "proxy/tcp_session.h"

namespace wslb::proxy {
namespace {

Listener::Workers make_workers(std::size_t count) {
  Listener::Workers workers;
  for (std::size_t i = 0; i < count; ++i) workers.push_back(std::make_unique<Worker>());
  return workers;
}

}  // namespace

Server::Server(Service& service, const std::vector<OpenBind>& binds, std::size_t threads,
               const std::string& agent_socket)
    : service_(service),
      workers_(make_workers(threads)),
      signals_(workers_.front()->context, SIGTERM, SIGINT, SIGUSR1),
      drained_(workers_.front()->context) {
  const auto start = [this](Worker& worker, Frontend& frontend, AcceptedClient client) {
    const bool http = frontend.section.mode == config::Mode::Http;
    (http ? start_http_session : start_tcp_session)(service_, worker, frontend, std::move(client));
  };
  for (const OpenBind& open : binds) {
    listeners_.push_back(
        std::make_unique<Listener>(service_, *open.frontend, *open.bind, open.fd, workers_, start));
  }
  service_.on_connection_end = [this] {
    for (const auto& listener : listeners_) listener->resume();
  };
  start_checks();
  if (!agent_socket.empty()) {
    agent_ = std::make_unique<AgentLink>(workers_.front()->context, service_, agent_socket);
  }
  // HAProxy does other things at these; here they must not be deadly.
  std::signal(SIGHUP, SIG_IGN);
  std::signal(SIGUSR2, SIG_IGN);
  wait_for_signal();
}

void Server::start_checks() {
  for (const auto& [name, pool] : service_.pools) {
    const config::ProxySection& section = pool->section();
    for (std::size_t i = 0; i < section.servers.size(); ++i) {
      if (!section.servers[i].check.enabled || section.servers[i].disabled) continue;
      auto checker =
          std::make_unique<HealthChecker>(workers_.front()->context.get_executor(), section, i,
                                          [this, &pool = *pool, i](const CheckReport& report) {
                                            if (report.transition) server_changed(pool, i, report);
                                          });
      checker->start();
      checkers_.push_back(std::move(checker));
    }
  }
}

void Server::server_changed(ServerPool& pool, std::size_t server, const CheckReport& report) {
  constexpr int kSeverityAlert = 1;  // as HAProxy's
  constexpr int kSeverityNotice = 5;
  const bool up = *report.transition == lb::Transition::Up;
  pool.set_health(server, up);
  const std::string line = "Server " + pool.section().name + "/" +
                           pool.section().servers[server].name + " is " + (up ? "UP" : "DOWN") +
                           ", reason: " + report.reason;
  spdlog::warn(line);
  send_to_logs(service_.syslog, pool.section().logs, up ? kSeverityNotice : kSeverityAlert, line);
}

void Server::run() {
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < workers_.size(); ++i) {
    threads.emplace_back([&worker = *workers_[i]] {
      const auto guard = boost::asio::make_work_guard(worker.context);
      worker.context.run();
    });
  }
  const auto guard = boost::asio::make_work_guard(workers_.front()->context);
  workers_.front()->context.run();
}

void Server::wait_for_signal() {
  signals_.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    spdlog::info("signal {}: {}", signal, signal == SIGUSR1 ? "stopping softly" : "stopping");
    if (signal != SIGUSR1) return stop();
    stop_softly();
    wait_for_signal();
  });
}

void Server::stop_softly() {
  // The agent sees the line close and lets the peer take the VIP.
  if (agent_) agent_->close();
  service_.draining = true;
  for (const auto& listener : listeners_) listener->close();
  drained_.expires_after(std::chrono::milliseconds(100));
  drained_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    if (service_.gate.open() == 0) return stop();
    stop_softly();
  });
}

void Server::stop() {
  for (const auto& worker : workers_) worker->context.stop();
}

}  // namespace wslb::proxy

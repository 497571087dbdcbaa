#include "proxy/server.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <memory>
#include <thread>
#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "proxy/access_log.h"
#include "proxy/crash_note.h"
#include "proxy/established_tunnel.h"
#include "proxy/http/websocket_frame.h"
#include "proxy/http_session.h"
#include "proxy/tcp_session.h"

namespace wslb::proxy {
namespace {

// For the Close frames of a proxy that is told to stop at once.
constexpr auto kLastWords = std::chrono::seconds(1);

Listener::Workers make_workers(std::size_t count, const std::shared_ptr<Service>& service) {
  Listener::Workers workers;
  for (std::size_t i = 0; i < count; ++i) {
    workers.push_back(std::make_unique<Worker>());
    workers.back()->service = service;
  }
  return workers;
}

// The threads' tunnels send by io_uring where that is to be had.
void choose_engine(const Listener::Workers& workers, bool io_uring) {
  if (!io_uring) return spdlog::info("tunnels: io_uring is switched off");
  for (const auto& worker : workers) {
    const auto used = worker->engine.use_io_uring();
    if (!used) return spdlog::info("tunnels: no io_uring: {}", used.error().message);
  }
  spdlog::info("tunnels: io_uring is used");
}

}  // namespace

Server::Server(ProcessState& process, std::shared_ptr<Service> service, ServerSockets sockets,
               ConfigurationSource source, const std::string& agent_socket)
    : process_(process),
      service_(std::move(service)),
      started_with_(service_->config.global),
      workers_(make_workers(process.threads, service_)),
      systemd_(workers_),
      listeners_(workers_, start_session),
      monitor_(make_monitor(nullptr)),
      runtime_(runtime_context()),
      questions_(workers_.front()->context.get_executor(), runtime_),
      patience_(workers_.front()->context),
      reload_(workers_.front()->context.get_executor(), std::move(source),
              [this](const ReadConfiguration& read) { reload(read); }),
      signals_(workers_.front()->context, SIGTERM, SIGINT, SIGUSR1),
      drained_(workers_.front()->context),
      last_words_(workers_.front()->context) {
  choose_engine(workers_, started_with_.io_uring);
  process_.on_connection_end = [this] { look_after_full(); };
  process_.gather = [this](Detail detail) { return gather_traffic(workers_, detail); };
  monitor_->start();
  watch_names();
  for (std::size_t i = 0; i < sockets.stats.size(); ++i) {
    runtime_sockets_.push_back(
        std::make_unique<RuntimeSocket>(started_with_, started_with_.stats_sockets.at(i).level,
                                        sockets.stats[i], runtime_, *workers_.front()));
  }
  begin(std::move(sockets), agent_socket);
  signals_.add(SIGHUP);
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  std::signal(SIGUSR2, SIG_IGN);  // HAProxy does other things at it; here it must not be deadly
  wait_for_signal();
}

void Server::begin(ServerSockets sockets, const std::string& agent_socket) {
  binds_ = sockets.binds;
  if (agent_socket.empty()) return serve();
  const bool is_known = open_vault(sockets.vault);
  begin_with_agent(sockets.vault, is_known, agent_socket);
}

// Once, whoever calls.
void Server::serve() {
  if (std::exchange(serves_, true)) return;
  patience_.cancel();
  listeners_.serve(service_, std::exchange(binds_, {}));
  tell_listeners();
  go_on_with_clients();
  for (const auto& each : workers_) {
    boost::asio::post(each->context, [&worker = *each] {
      for (const OpenSession& open : worker.sessions) {
        if (open.movable != nullptr) open.movable->hold_entries();
      }
    });
  }
  if (agent_) agent_->say_ready();
  systemd_.ready();
}

std::shared_ptr<HealthMonitor> Server::make_monitor(const HealthMonitor* before) {
  return std::make_shared<HealthMonitor>(
      service_, workers_.front()->context.get_executor(),
      [this](const ServerPool& pool, std::size_t server) { cut_tunnels(pool, server); }, before);
}

// Of the configuration in use, and no longer of the one before.
void Server::watch_names() {
  if (names_) names_->stop();
  names_ =
      std::make_shared<NameWatch>(service_, monitor_, workers_.front()->context.get_executor());
  names_->start();
  runtime_.names = names_;
}

// On any thread.
void Server::look_after_full() {
  if (!process_.full || !process_.full.exchange(false)) return;
  boost::asio::post(workers_.front()->context, [this] { listeners_.resume(); });
}

RuntimeContext Server::runtime_context() {
  return {
      .service = service_,
      .cut_tunnels = [this](const ServerPool& pool,
                            std::size_t server) { cut_tunnels(pool, server); },
      .admin_changed = [this](ServerPool& pool,
                              std::size_t server) { monitor_->admin_changed(pool, server); },
      .force_health = [this](ServerPool& pool, std::size_t server,
                             lb::Operation operation) { monitor_->force(pool, server, operation); },
      .set_checks = [this](ServerPool& pool, std::size_t server,
                           bool on) { monitor_->set_checked(pool, server, on); },
      .obey = [this](const Frontend& frontend) { listeners_.obey(frontend); },
      .replace =
          [this](std::shared_ptr<const config::Config> config, std::shared_ptr<TlsStore> tls) {
            return replace(std::move(config), std::move(tls));
          },
      .cut_session = [this](std::uint64_t id) { cut_session(id); },
      .changed = [this] { tell_settings(); }};
}

void Server::cut_tunnels(const ServerPool& pool, std::size_t server) {
  for (const auto& each : workers_) {
    boost::asio::post(each->context, [&worker = *each, who = pool.identity(server)] {
      for (const OpenSession& open : worker.sessions) {
        if (open.record == nullptr || open.record->pool == nullptr || !open.record->server)
          continue;
        if (open.record->pool->identity(*open.record->server) == who) open.cut();
      }
    });
  }
}

void Server::cut_session(std::uint64_t id) {
  for (const auto& each : workers_) {
    boost::asio::post(each->context, [&worker = *each, id] {
      for (const OpenSession& open : worker.sessions) {
        if (open.id == id) open.cut();
      }
    });
  }
}

void Server::start_session(Worker& worker, AcceptedClient client) {
  Frontend& frontend = *client.frontend;
  frontend.statistics.begin_session(std::chrono::steady_clock::now());
  frontend.statistics.sessions_most.raise_to(frontend.gate.open());
  const std::shared_ptr<const Service> service = client.service;  // has the frontend
  const bool http = frontend.section.mode == config::Mode::Http;
  try {
    (http ? start_http_session : start_tcp_session)(worker, std::move(client));
  } catch (const std::exception& error) {  // no memory, no place in epoll
    --worker.connections;
    spdlog::error("frontend {}: a client was dropped: {}", frontend.section.name, error.what());
  }
}

void Server::run() {
  std::vector<std::jthread> threads;
  note_crashes_of(0);
  for (std::size_t i = 1; i < workers_.size(); ++i) {
    threads.emplace_back([&worker = *workers_[i], i] {
      note_crashes_of(i);
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
    if (signal == SIGHUP) {
      if (!process_.draining) reload_.start();
      return wait_for_signal();
    }
    if (signal == SIGTERM && may_leave()) {
      leave();
      return wait_for_signal();
    }
    spdlog::info("signal {}: {}", signal, signal == SIGUSR1 ? "stopping softly" : "stopping");
    if (signal == SIGUSR1) {
      bid_farewell(http::kCloseGoingAway, service_->config.global.drain_rate);
      stop_softly();
      return wait_for_signal();
    }
    // Those who are owed a Close get it; the others are cut as soon as these have answered.
    bid_farewell(http::kCloseServiceRestart, std::nullopt);
    if (!owes_close()) return stop();
    stop_softly();
    stopping_ = true;  // a second signal does not wait
    last_words_.expires_after(kLastWords);
    last_words_.async_wait([this](const boost::system::error_code&) { stop(); });
    wait_for_signal();
  });
}

bool Server::owes_close() const {
  return process_.owed_closes > 0 && !stopping_;
}

void Server::bid_farewell(std::uint16_t code, const std::optional<config::DrainRate>& rate) {
  const auto threads = static_cast<int>(workers_.size());
  Farewell farewell{.code = code, .interval = {}, .until = {}};
  if (rate) {
    farewell.interval = std::chrono::nanoseconds(std::chrono::seconds(threads)) / rate->per_second;
    if (rate->deadline) farewell.until = std::chrono::steady_clock::now() + *rate->deadline;
  }
  for (const auto& worker : workers_) {
    boost::asio::post(worker->context,
                      [&engine = worker->engine, farewell] { engine.bid_farewell(farewell); });
  }
}

void Server::stop_softly() {
  // The agent sees the line close and lets the peer take the VIP.
  if (agent_) agent_->close();
  process_.draining = true;
  listeners_.close();
  drained_.expires_after(std::chrono::milliseconds(100));
  drained_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    if (process_.gate.open() == 0) return stop();
    stop_softly();
  });
}

void Server::stop() {
  if (vault_ && !process_.leaving) vault_->forget_all();
  for (const auto& worker : workers_) worker->context.stop();
}

}  // namespace wslb::proxy

#include "proxy/server.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "proxy/access_log.h"
#include "proxy/http/websocket_frame.h"
#include "proxy/http_session.h"
#include "proxy/tcp_session.h"

namespace wslb::proxy {
namespace {

// For the Close frames of a proxy that is told to stop at once.
constexpr auto kLastWords = std::chrono::seconds(1);

Listener::Workers make_workers(std::size_t count) {
  Listener::Workers workers;
  for (std::size_t i = 0; i < count; ++i) workers.push_back(std::make_unique<Worker>());
  return workers;
}

}  // namespace

Server::Server(Service& service, const std::vector<OpenBind>& binds,
               const std::vector<int>& stats_sockets, std::size_t threads,
               const std::string& agent_socket)
    : service_(service),
      workers_(make_workers(threads)),
      monitor_(service, workers_.front()->context.get_executor(),
               [this](const ServerPool& pool, std::size_t server) { cut_tunnels(pool, server); }),
      runtime_(runtime_context()),
      signals_(workers_.front()->context, SIGTERM, SIGINT, SIGUSR1),
      drained_(workers_.front()->context),
      last_words_(workers_.front()->context) {
  const auto start = [this](Worker& worker, Frontend& frontend, AcceptedClient client) {
    frontend.statistics.begin_session(std::chrono::steady_clock::now());
    frontend.statistics.sessions_most.raise_to(frontend.gate.open());
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
  service_.threads = workers_.size();
  service_.gather = [this](Detail detail) { return gather_traffic(workers_, detail); };
  for (std::size_t i = 0; i < stats_sockets.size(); ++i) {
    const config::Global& global = service_.config.global;
    runtime_sockets_.push_back(std::make_unique<RuntimeSocket>(
        global, global.stats_sockets.at(i).level, stats_sockets[i], runtime_, *workers_.front()));
  }
  if (!agent_socket.empty()) {
    agent_ = std::make_unique<AgentLink>(workers_.front()->context, service_, agent_socket);
  }
  // HAProxy does other things at these; here they must not be deadly.
  signals_.add(SIGHUP);
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  std::signal(SIGUSR2, SIG_IGN);
  wait_for_signal();
}

RuntimeContext Server::runtime_context() {
  return {
      .service = service_,
      .cut_tunnels = [this](const ServerPool& pool,
                            std::size_t server) { cut_tunnels(pool, server); },
      .admin_changed = [this](ServerPool& pool,
                              std::size_t server) { monitor_.admin_changed(pool, server); },
      .force_health = [this](ServerPool& pool, std::size_t server,
                             lb::Operation operation) { monitor_.force(pool, server, operation); },
      .set_checks = [this](ServerPool& pool, std::size_t server,
                           bool on) { monitor_.set_checked(pool, server, on); },
      .set_frontend = [this](Frontend& frontend,
                             Frontend::State state) { set_frontend(frontend, state); },
      .cut_session = [this](std::uint64_t id) { cut_session(id); }};
}

void Server::cut_tunnels(const ServerPool& pool, std::size_t server) {
  for (const auto& each : workers_) {
    boost::asio::post(each->context, [&worker = *each, &pool, server] {
      for (const OpenSession& open : worker.sessions) {
        if (open.record == nullptr || open.record->pool != &pool) continue;
        if (open.record->server == server) open.cut();
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

void Server::set_frontend(Frontend& frontend, Frontend::State state) {
  frontend.state = state;
  for (const auto& listener : listeners_) {
    if (&listener->frontend() != &frontend) continue;
    if (state == Frontend::State::Open) listener->accept_again();
    if (state == Frontend::State::Paused) listener->pause();
    if (state == Frontend::State::Stopped) listener->close();
  }
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

// Tunnels and sessions keep what they began with.
void Server::reload_certificates() {
  config::Diagnostics found;
  const bool replaced = service_.tls->load(found);
  for (const config::Diagnostic& each : found.all()) spdlog::warn("{}", each.to_string());
  spdlog::info("SIGHUP: {}", replaced ? "certificates are loaded again"
                                      : "the certificates in use stay, since not all are good");
}

void Server::wait_for_signal() {
  signals_.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    if (signal == SIGHUP) {
      reload_certificates();
      return wait_for_signal();
    }
    spdlog::info("signal {}: {}", signal, signal == SIGUSR1 ? "stopping softly" : "stopping");
    if (signal == SIGUSR1) {
      bid_farewell(http::kCloseGoingAway, service_.config.global.drain_rate);
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
  const bool any = std::ranges::any_of(
      service_.config.proxies, [](const auto& section) { return section.options.websocket_close; });
  return any && service_.tunnels > 0 && !stopping_;
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

// The running proxy: workers, listeners, health checks, the line to the agent, and its end.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "proxy/agent_link.h"
#include "proxy/health_monitor.h"
#include "proxy/listener.h"
#include "proxy/runtime_socket.h"
#include "proxy/service.h"
#include "proxy/worker.h"

namespace wslb::proxy {

// A bind line whose socket is open.
struct OpenBind {
  Frontend* frontend = nullptr;
  const config::Bind* bind = nullptr;
  int fd = -1;
};

class Server {
 public:
  // `agent_socket` empty: no agent.
  // `stats_sockets`: open, one for each of the configuration.
  Server(Service& service, const std::vector<OpenBind>& binds,
         const std::vector<int>& stats_sockets, std::size_t threads,
         const std::string& agent_socket);

  // Serves until SIGTERM or SIGINT (at once, but for the Close frames of `option websocket-close`)
  // or SIGUSR1 (accepts no more and ends with the last connection).
  void run();

 private:
  RuntimeContext runtime_context();
  void cut_tunnels(const ServerPool& pool, std::size_t server);
  void set_frontend(Frontend& frontend, Frontend::State state);
  void cut_session(std::uint64_t id);
  void reload_certificates();
  void wait_for_signal();
  void stop_softly();
  void stop();
  void bid_farewell(std::uint16_t code, const std::optional<config::DrainRate>& rate);
  [[nodiscard]] bool owes_close() const;

  Service& service_;
  Listener::Workers workers_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  HealthMonitor monitor_;
  RuntimeContext runtime_;
  std::vector<std::unique_ptr<RuntimeSocket>> runtime_sockets_;
  std::unique_ptr<AgentLink> agent_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer drained_;
  boost::asio::steady_timer last_words_;
  bool stopping_ = false;  // as soon as the last Close frames are out
};

}  // namespace wslb::proxy

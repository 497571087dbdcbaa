// The running proxy: workers, listeners, health checks, the line to the agent, the change from one
// configuration to the next, and its end. Its own state is the first worker's alone.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "proxy/agent_link.h"
#include "proxy/agent_questions.h"
#include "proxy/health_monitor.h"
#include "proxy/listener_set.h"
#include "proxy/name_watch.h"
#include "proxy/reload.h"
#include "proxy/runtime_socket.h"
#include "proxy/service.h"
#include "proxy/sticky_link.h"
#include "proxy/systemd_notify.h"
#include "proxy/tunnel_recovery.h"
#include "proxy/vault_claim.h"
#include "proxy/vault_link.h"
#include "proxy/worker.h"

namespace wslb::proxy {

// What is opened before the process goes to the background.
struct ServerSockets {
  std::vector<OpenBind> binds;
  std::vector<int> stats;  // one for each `stats socket` of the configuration
  ClaimedVault vault;      // its listeners are among the binds
};

class Server {
 public:
  // `source`: of the configuration, for reloads. `agent_socket` empty: no agent.
  Server(ProcessState& process, std::shared_ptr<Service> service, ServerSockets sockets,
         ConfigurationSource source, const std::string& agent_socket);

  // Serves until a signal. SIGTERM: leaves everything that the vault has to a successor; where
  // there is none, as SIGINT. SIGINT: ends all connections at once, but for the Close frames of
  // `option websocket-close`. SIGUSR1: accepts no more and ends with the last connection. SIGHUP:
  // reads the configuration again.
  void run();

 private:
  void begin(ServerSockets sockets, const std::string& agent_socket);
  void begin_with_agent(const ClaimedVault& claimed, bool arena_is_known,
                        const std::string& agent_socket);
  void greet(const proto::AgentHello& hello);
  void tell_settings();
  void answer(const proto::ProxyQuestion& question);
  // Whether the agent has the arena already.
  bool open_vault(ClaimedVault& claimed);
  void go_on_with(Recovery recovery);
  void go_on_with_clients();
  void tell_listeners();
  static void start_session(Worker& worker, AcceptedClient client);
  void serve();
  RuntimeContext runtime_context();
  std::shared_ptr<HealthMonitor> make_monitor(const HealthMonitor* before);
  void watch_names();
  void look_after_full();
  void cut_tunnels(const ServerPool& pool, std::size_t server);
  void cut_session(std::uint64_t id);
  void reload(const ReadConfiguration& read);
  void answer_reloads(std::vector<std::string> errors);
  // Every reason why not, and then nothing has changed.
  std::vector<std::string> replace(std::shared_ptr<const config::Config> config,
                                   std::shared_ptr<TlsStore> tls);
  void wait_for_signal();
  [[nodiscard]] bool may_leave() const;
  void leave();
  void leave_soon();
  void stop_softly();
  void stop();
  void bid_farewell(std::uint16_t code, const std::optional<config::DrainRate>& rate);
  [[nodiscard]] bool owes_close() const;

  ProcessState& process_;
  std::shared_ptr<Service> service_;  // of the configuration in use
  const config::Global started_with_;
  Listener::Workers workers_;
  SystemdNotify systemd_;
  ListenerSet listeners_;
  std::shared_ptr<HealthMonitor> monitor_;
  std::shared_ptr<NameWatch> names_;
  RuntimeContext runtime_;
  AgentQuestions questions_;
  std::vector<std::unique_ptr<RuntimeSocket>> runtime_sockets_;
  std::vector<OpenBind> binds_;  // until they are served
  bool serves_ = false;
  std::unique_ptr<AgentLink> agent_;
  bool greeted_ = false;
  bool agent_keeps_settings_ = false;
  std::optional<std::string> told_settings_;
  std::unique_ptr<StickyLink> sticky_;          // together with the agent
  std::unique_ptr<VaultLink> vault_;            // likewise, unless it is off
  bool agent_has_vault_ = true;                 // the last one; none has come yet
  std::vector<RecoveredClient> known_clients_;  // until clients are served
  boost::asio::steady_timer patience_;
  struct ReloadOrder {  // of the agent, not answered yet
    std::uint64_t id = 0;
    bool hard = false;
  };
  std::vector<ReloadOrder> reload_orders_;
  Reload reload_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer drained_;
  boost::asio::steady_timer last_words_;
  base::TimePoint leaves_at_;
  bool stopping_ = false;  // as soon as the last Close frames are out
};

}  // namespace wslb::proxy

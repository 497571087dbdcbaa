// Watches all servers of all backends: runs their checks, asks their agents, hears of errors in
// their traffic, and applies what follows to the backends, to those servers that track them, and
// to the log. Lives on the first worker's thread; only ServerPool::observe() comes from others.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "proxy/agent_check.h"
#include "proxy/health_check.h"
#include "proxy/lb/server_health.h"
#include "proxy/service.h"

namespace wslb::proxy {

class HealthMonitor : public std::enable_shared_from_this<HealthMonitor> {
 public:
  // Ends the connections that a server holds.
  using EndSessions = std::function<void(const ServerPool& pool, std::size_t server)>;

  // `before`: the one in whose place it comes, with whose findings it goes on; null: none.
  HealthMonitor(std::shared_ptr<Service> service, boost::asio::any_io_executor executor,
                EndSessions end_sessions, const HealthMonitor* before = nullptr);
  HealthMonitor(const HealthMonitor&) = delete;

  // Once, before any session uses the service. Checks begin.
  void start();

  // An operator changed what he wants of a server, or says how it is, whatever its checks find.
  void admin_changed(ServerPool& pool, std::size_t server);
  void force(ServerPool& pool, std::size_t server, lb::Operation operation);
  // Its checks pause or go on; its state stays.
  void set_checked(ServerPool& pool, std::size_t server, bool on);

  // What DNS found, see NameWatch. `host`: the name that was asked for; `by`: where; `reason`: why
  // there is no address (any more).
  void address_found(ServerPool& pool, std::size_t server, const base::Endpoint& address,
                     const std::string& host, const std::string& by);
  void address_lost(ServerPool& pool, std::size_t server, const std::string& reason);
  void host_found(ServerPool& pool, std::size_t server, const std::string& host);

 private:
  struct Watched {
    Watched(ServerPool& its_pool, std::size_t index)
        : pool(its_pool), server(index), health(configured()), maintained(in_maintenance()) {}

    [[nodiscard]] const SharedServer* identity() const { return pool.identity(server).get(); }
    [[nodiscard]] std::string name() const { return pool.section().name + "/" + configured().name; }
    // How lines about it begin.
    [[nodiscard]] std::string title() const {
      return (configured().backup ? "Backup Server " : "Server ") + name();
    }
    [[nodiscard]] bool in_maintenance() const {
      return pool.state(server).state() == lb::State::Maint;
    }
    [[nodiscard]] bool rests() const { return maintained || pool.checked(server).off; }
    [[nodiscard]] const config::Server& configured() const {
      return pool.section().servers[server];
    }

    ServerPool& pool;
    std::size_t server;
    lb::ServerHealth health;
    bool maintained;
    base::Duration first_delay{0};
    std::vector<Watched*> trackers;
    std::unique_ptr<HealthChecker> checker;
    std::unique_ptr<AgentChecker> agent;
  };

  static void go_on(Watched& watched, const Watched& known);
  void watch(Watched& watched);
  Watched* find(const std::string& backend, const std::string& server);
  Watched& find(const ServerPool& pool, std::size_t server);
  base::Duration on_check(Watched& watched, const lb::CheckResult& result);
  void on_agent(Watched& watched, lb::CheckResult result,
                const std::optional<lb::AgentReply>& reply);
  void on_traffic(Watched& watched, lb::Observation observation);
  std::string obey(Watched& watched, const lb::AgentReply& reply);
  void follow_admin(Watched& watched);
  // `reason`: how the log line goes on behind the new state.
  void change(Watched& watched, lb::Operation operation, const std::string& reason);
  void end_sessions(const Watched& watched, lb::Operation operation);
  void log_change(Watched& watched, const ServerPool::Shift& shift, lb::Operation operation,
                  const std::string& reason);
  void log_address(const Watched& watched, const base::IpAddress& before,
                   const base::IpAddress& after, const std::string& by);
  void log_resolved(const Watched& watched, const std::string& host);
  void log_lost(const Watched& watched, const ServerPool::Shift& shift, const std::string& reason);
  void log_host(const Watched& watched, const std::string& host);
  void log_if_last(const Watched& watched, const ServerPool::Shift& shift);
  void log_check(Watched& watched, const lb::CheckResult& result, bool of_agent);
  // To the log of the server's backend, and to ours.
  void write(const Watched& watched, int severity, const std::string& line);

  std::shared_ptr<Service> service_;
  boost::asio::any_io_executor executor_;
  EndSessions end_sessions_;
  std::vector<std::unique_ptr<Watched>> all_;
};

}  // namespace wslb::proxy

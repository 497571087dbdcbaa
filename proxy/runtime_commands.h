// The commands of the stats socket: one line in, one answer out, in HAProxy 2.6's words, so that
// scripts and hatop-like programs go on working. An answer ends with an empty line; a change that
// was made answers with that alone. Called by RuntimeClient on the first worker's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/stats_socket.h"
#include "proxy/command_line.h"
#include "proxy/live_traffic.h"
#include "proxy/name_watch.h"
#include "proxy/service.h"

namespace wslb::proxy {

struct RuntimeContext {
  std::shared_ptr<Service> service;  // of the configuration in use
  // Ends the tunnels of a server, on all workers.
  std::function<void(const ServerPool&, std::size_t)> cut_tunnels;
  // A server entered or left maintenance: its checks pause or begin anew.
  std::function<void(ServerPool&, std::size_t)> admin_changed;
  // What the operator says of its health, whatever checks find.
  std::function<void(ServerPool&, std::size_t, lb::Operation)> force_health;
  // The checks of a server pause or go on.
  std::function<void(ServerPool&, std::size_t, bool)> set_checks;
  std::function<void(Frontend&)> obey;  // its state was changed
  // Puts another configuration in the place of the one in use; what is wrong with it, or nothing.
  std::function<std::vector<std::string>(std::shared_ptr<const config::Config>,
                                         std::shared_ptr<TlsStore>)>
      replace;
  // Ends the session of that id, wherever it is.
  std::function<void(std::uint64_t)> cut_session;
  // Something about servers may have been changed: for the agent, who keeps it.
  std::function<void()> changed{};
  std::shared_ptr<const NameWatch> names{};  // of the configuration in use
  LiveTraffic live{};                        // gathered before each command
  config::StatsSocket::Level level{};        // of whoever gives the command
};

[[nodiscard]] std::string run_command(RuntimeContext& context, const CommandWords& words,
                                      config::StatsSocket::Level level);

}  // namespace wslb::proxy

// The proxy beside this agent, whatever it is: our own by ProxyLink, with the vault of its
// connections, or another one by ExternalProxy; and its process, if the agent starts it. Used by
// the wiring in main.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "agent/external_proxy.h"
#include "agent/proxy_link.h"
#include "agent/proxy_process.h"
#include "agent/run_dir.h"
#include "agent/status_report.h"
#include "agent/vault_service.h"
#include "base/result.h"
#include "config/cluster.h"

namespace wslb::agent {

class LocalProxy {
 public:
  struct Handlers {
    std::function<void(std::int32_t pid)> on_ready;
    // After on_ready only. `kept`: its process is dead, and the vault keeps its connections.
    std::function<void(const std::string& reason, bool kept)> on_lost;
    std::function<void()> on_kept_ended = {};
    // See ProxyLink::Handlers.
    std::function<base::Result<FileDescriptor>()> make_sticky_stream = {};
  };

  static base::Result<std::unique_ptr<LocalProxy>> open(boost::asio::io_context& io,
                                                        const config::Cluster& cluster,
                                                        const RunDir& run_dir,
                                                        const std::string& node,
                                                        const Handlers& handlers);
  LocalProxy(boost::asio::io_context& io, const config::Cluster& cluster, const RunDir& run_dir,
             Handlers handlers);

  // Starts its process, where that is the agent's to do.
  void start();
  // `done` is called when that process is gone.
  void stop(std::function<void()> done);

  // See ProxyLink.
  void reload(bool hard, ProxyLink::ReloadAnswer answer);

  void ask(const proto::ProxyQuestion& question, ProxyQuestions::Answer answer);

  // Ends what the vault keeps; on_kept_ended follows.
  void end_kept();

  void report(ShellFigures& figures) const;

 private:
  base::Result<void> open_link(const std::string& socket_path, const std::string& node);

  boost::asio::io_context& io_;
  Handlers handlers_;
  bool has_command_;
  ProxyProcess process_;
  std::unique_ptr<VaultService> vault_;  // null: there is none
  // One of the two.
  std::unique_ptr<ProxyLink> link_;
  std::unique_ptr<ExternalProxy> external_;
};

}  // namespace wslb::agent

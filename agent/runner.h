// The loop around the core: something happens, the core is told, what it wants is done in its
// order, one timer is armed for what it waits for. This is the only place where core::Node meets
// the world; it carries out the duties that agent/core/node.h lists and decides nothing itself.
// Used by the wiring in main, on the agent's one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agent/announcer.h"
#include "agent/core/node.h"
#include "agent/event_log.h"
#include "agent/netlink.h"
#include "agent/vip_keeper.h"
#include "agent/vrrp_socket.h"
#include "config/config.h"

namespace wslb::agent {

class Runner {
 public:
  // All of it outlives the runner.
  struct World {
    boost::asio::io_context& io;
    Netlink& netlink;
    Announcer& announcer;
    EventLog& events;
  };

  Runner(const World& world, const config::Config& config, const std::string& self);

  void start();
  // Gives everything up, and does nothing any more.
  void stop();

  void proxy_ready(std::int32_t pid);
  void proxy_lost(const std::string& reason);
  [[nodiscard]] core::CommandResult failover(const std::string& vrrp, const std::string& to);
  [[nodiscard]] core::Status status() const;

 private:
  // What became of the adverts of one section.
  struct Sending {
    std::uint64_t failed = 0;
    std::set<base::IpAddress> failing;  // destinations where the last one did
  };

  [[nodiscard]] static base::TimePoint now() { return std::chrono::steady_clock::now(); }

  void feed(core::Input input);
  void work_off();
  void catch_up();
  void catch_up_if_overdue();
  void arm();

  void apply(const core::Effects& effects);
  void apply(const core::SendAdvert& effect);
  void apply(const core::AddVips& effect);
  void apply(const core::RemoveVips& effect);
  void apply(const core::Announce& effect);
  void apply(const core::Emit& effect);
  void apply(const core::CommandResult& effect);

  void on_interface_change(const std::string& name);
  void tell_link(const std::string& name);
  [[nodiscard]] bool follow_interface(std::size_t section, const Interface* interface);
  void retry_sockets();

  World world_;
  const config::Config& config_;
  core::Node node_;
  VipKeeper vips_;
  base::IpAddress own_address_;                       // this node's, of the `cluster` section
  std::vector<base::IpAddress> all_vips_;             // no source of adverts is among them
  std::vector<std::unique_ptr<VrrpSocket>> sockets_;  // by section; null: no such interface now
  std::map<std::string, core::LinkChanged> links_;    // as the core was told last
  std::deque<core::Input> inputs_;
  std::optional<core::CommandResult> command_result_;
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer socket_retry_;
  std::vector<std::string> socket_errors_;  // by section; empty: none, or no interface
  std::vector<Sending> sending_;            // by section
  bool stopped_ = false;
};

}  // namespace wslb::agent

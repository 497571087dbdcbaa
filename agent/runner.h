// The loop around the core: something happens, the core is told, what it wants is done in its
// order, one timer is armed for what it waits for. This is the only place where core::Node meets
// the world; it carries out the duties that agent/core/node.h lists and decides nothing itself.
// Used by the wiring in main, on the agent's one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agent/announcer.h"
#include "agent/continuity.h"
#include "agent/core/node.h"
#include "agent/event_log.h"
#include "agent/netlink.h"
#include "agent/peer_codec.h"
#include "agent/section_port.h"
#include "agent/vip_keeper.h"
#include "agent/vmacs.h"
#include "config/config.h"
#include "vrrp/auth_trailer.h"

namespace wslb::agent {

class Runner {
 public:
  // All of it outlives the runner.
  struct World {
    boost::asio::io_context& io;
    Netlink& netlink;
    Announcer& announcer;
    EventLog& events;
    Continuity& continuity;
    // A section changed its state: for its `notify`.
    std::function<void(const core::Emit&)> on_state_change = {};
    std::function<void(const PeerAdvert&)> tell_peers = {};
    // Of the vault: ends what is kept; answered by kept_ended(). Empty: there is none.
    std::function<void()> end_kept = {};
  };

  // `keys`: of the cluster's secret file; empty where it has none. `sequence_seconds`: see
  // core::Start.
  Runner(World world, const config::Config& config, const std::string& self,
         const vrrp::Keyring& keys, std::uint32_t sequence_seconds);

  // `drained`: as core::Start has it.
  void start(bool drained);
  // Gives everything up, and does nothing any more.
  void stop();

  void proxy_ready(std::int32_t pid);
  // `kept`: its process is dead, and its connections are kept for the next one.
  void proxy_lost(const std::string& reason, bool kept);
  void kept_ended();
  // What the agent of `node` says that it advertised.
  void peer_advert(const std::string& node, const PeerAdvert& advert);
  // Also before start(), once for each `track file`.
  void track_changed(core::TrackChanged change);
  [[nodiscard]] core::CommandResult failover(core::Failover command);
  [[nodiscard]] core::CommandResult drain(bool on);
  [[nodiscard]] core::Status status() const;
  [[nodiscard]] std::uint32_t sequence_seconds() const { return node_.sequence_seconds(); }

 private:
  [[nodiscard]] core::CommandResult command(core::Input input);
  [[nodiscard]] static base::TimePoint now() { return std::chrono::steady_clock::now(); }

  void inherit(core::Start& begin);
  void feed(core::Input input);
  void work_off();
  void catch_up();
  void catch_up_if_overdue();
  void add_port(std::size_t section);
  void arm();

  void apply(const core::Effects& effects);
  void apply(const core::SendAdvert& effect);
  void apply(const core::TellPeers& effect);
  void apply(const core::AddVips& effect);
  void apply(const core::RemoveVips& effect);
  void apply(const core::Announce& effect);
  void apply(const core::ProbeVips& effect);
  void apply(const core::EndKept& effect);
  void apply(const core::Emit& effect);
  void apply(const core::CommandResult& effect);

  void on_interface_change(const std::string& name);
  void tell_link(const std::string& name);
  [[nodiscard]] core::LinkChanged look_at(const std::string& name) const;
  void retry_ports();

  World world_;
  const config::Config& config_;
  core::Node node_;
  VipKeeper vips_;
  Vmacs vmacs_;
  const config::Node& self_;
  std::vector<base::IpAddress> all_vips_;            // no source of adverts is among them
  std::vector<std::unique_ptr<SectionPort>> ports_;  // by section
  std::map<std::string, core::LinkChanged> links_;   // as the core was told last
  std::deque<core::Input> inputs_;
  std::optional<core::CommandResult> command_result_;
  boost::asio::steady_timer timer_;
  std::optional<base::TimePoint> armed_;  // when timer_ expires
  boost::asio::steady_timer port_retry_;
  std::uint32_t sequence_seconds_;
  bool stopped_ = false;
};

}  // namespace wslb::agent

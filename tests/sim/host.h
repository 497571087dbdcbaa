// One host: what its kernel has, whether its agent lives, and what is wrong with it.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/node.h"
#include "config/config.h"
#include "tests/sim/host_clock.h"
#include "tests/sim/random.h"

namespace wslb::sim {

// A packet on its way, and what a bystander sees of it without opening a node.
struct Frame {
  std::size_t section = 0;
  std::size_t sender = 0;
  base::IpAddress source;
  base::IpAddress destination;
  base::Bytes payload;
  std::uint8_t priority = 0;
  Duration interval{};
  std::uint64_t serial = 0;  // of the sender's packets in this section
  bool hostile = false;      // an attacker sent this copy
  bool forged = false;       // and the sender never sent the like
};

struct Host {
  // One section of the configuration, as the kernel has it and as the host has spoken of it.
  struct Post {
    std::uint8_t vips = 0;            // a bit for each VIP that the kernel has
    bool adds_fail = false;           // the kernel refuses to add the VIPs
    TimePoint doubted_until;          // by its clock: its agent may hold the section out until then
    std::deque<TimePoint> removals;   // by its clock: of VIPs, in the last 10 s
    TimePoint sent;                   // by its clock: the last advert
    TimePoint inherited;              // what `sent` was when the present agent began
    std::uint64_t serial = 0;         // of the last packet sent
    std::vector<std::uint64_t> seen;  // by sender: the highest serial that this agent was handed
  };

  std::string name;
  config::Config config;
  base::IpAddress v4;
  base::IpAddress v6;
  base::IpAddress link_local;
  HostClock clock{0, {}};

  bool powered = false;
  std::unique_ptr<agent::core::Node> node;  // null: no agent runs
  TimePoint agent_since;                    // of the world
  int life = 0;                             // times that power or agent came or went
  std::optional<TimePoint> asleep_since;    // the agent's process is stopped
  struct Waiting {
    std::shared_ptr<const Frame> frame;  // null: `input`
    agent::core::Input input;
  };
  std::deque<Waiting> waiting;         // what came while it slept, in order
  std::optional<TimePoint> due;        // of the world: the node's next expiry
  std::uint32_t sequence_seconds = 0;  // the highest of a signed advert that it sent
  std::uint32_t wall_seconds = 0;      // its time of day when its clock showed zero

  bool proxy_up = false;
  bool proxy_told = false;  // the agent knows of it, or presumes it
  bool proxy_reported = false;
  // By its clock: when the proxy died whose connections are kept. The agent counts it as up until
  // its successor's time is over, and for the moment that the connections' ends take.
  std::optional<TimePoint> proxy_died;
  std::optional<TimePoint> kept_ending;  // by its clock: since when they are being ended
  bool track_up = true;         // what the sections track besides the proxy
  bool track_told = false;      // the agent knows of it
  bool track_presumed = false;  // the agent goes on and does not know of it yet
  std::vector<bool> link_up;    // by network
  std::vector<Post> posts;      // by section

  [[nodiscard]] bool awake() const { return node && !asleep_since; }
  [[nodiscard]] bool settled() const { return awake() && waiting.empty(); }
};

}  // namespace wslb::sim

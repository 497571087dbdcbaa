// What the agent has kept of a process before this one: fetched once, at the start, before the
// first socket is bound, since those that listen are among it.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "proto/proxy.pb.h"
#include "proxy/vault/arena.h"

namespace wslb::proxy {

struct ClaimedVault {
  int agent = -1;   // a connection to agent.sock on which hello was said; -1: nobody answered
  int sticky = -1;  // the streams that the agent's hello brought; -1: it has none
  int stream = -1;
  proto::AgentHello hello;                            // where somebody answered
  std::unique_ptr<vault::Arena> arena;                // null: nothing was kept
  std::map<std::string, int> listeners;               // by name, see listener_name()
  std::map<vault::Slot, std::array<int, 2>> sockets;  // the client's and the server's, or -1
  std::string complaint;  // why not all that was kept is here; empty: it is
};

// Waits for an agent that is there, for some seconds at most; one that is not is no error.
[[nodiscard]] ClaimedVault claim_vault(const std::string& agent_socket);

}  // namespace wslb::proxy

// What a process that was killed had: its tunnels, with what was in the journals in their rooms
// (how far each had come is found when it goes on: tunnel_rest.h), and its other clients. Before
// the first tunnel of the new process, on its only thread.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "proxy/vault_link.h"

namespace wslb::proxy {

struct RecoveredTunnel {
  KeptSlot slot;
  std::array<int, 2> sockets{};  // the client's and the server's
};

// A client that had no tunnel yet.
struct RecoveredClient {
  KeptSlot slot;
  int socket = -1;
  bool is_in = false;  // the rules of the connection let it in
  bool asked = false;  // its request was being answered, and nothing of the answer was sent
};

struct Recovery {
  std::vector<RecoveredTunnel> tunnels;
  std::vector<RecoveredClient> clients;
  struct Closed {
    std::size_t ended = 0;      // they were over, or had not begun
    std::size_t truncated = 0;  // of an answer a part was sent already: closed
    std::size_t crashed = 0;    // more than one process died of them: closed
    std::size_t untrusted = 0;  // what was found does not fit together: closed
  };
  Closed closed;
};

// `sockets`: all that the vault has given, by slot. They are the tunnels' or closed afterwards.
[[nodiscard]] Recovery recover_tunnels(VaultLink& link,
                                       const std::map<vault::Slot, std::array<int, 2>>& sockets);

// Ends both sides, although the vault has duplicates.
void cut(RecoveredTunnel& tunnel);
void cut(RecoveredClient& client);

}  // namespace wslb::proxy

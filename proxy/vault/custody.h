// How many bytes a proxy has in its hands, by the kernel's word: what it has received from one
// socket and not yet written to the other. recv() and send() move a byte and its counter in one
// step, so that not even a SIGKILL leaves them in doubt. They count urgent data, too, which are
// therefore read like any other (SO_OOBINLINE).
#pragma once

#include <cstdint>
#include <optional>

namespace wslb::proxy::vault {

// Of a TCP socket since its connection began; data only, no SYN, no FIN.
struct Counters {
  std::uint64_t consumed = 0;  // taken out of it by recv()
  std::uint64_t written = 0;   // put into it by send()
  bool fin_received = false;   // its peer sends nothing more
  bool fin_sent = false;       // nothing more can be put into it
  bool dead = false;           // reset, or over
};

// Nothing: it is no TCP socket, or it moves too fast to be read, which only happens while somebody
// uses it. `connected`: by this host's connect(), whose SYN the kernel counts.
[[nodiscard]] std::optional<Counters> read_counters(int socket, bool connected);

}  // namespace wslb::proxy::vault

// The conversation with this host's proxy: it brings its changes, gets those of others, and, when
// it has just begun, everything. A proxy that has lived on while the agent did not says again what
// it knows. Likewise with how busy the servers are. Output is pulled by the shell. Used by Hub.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "agent/sticky/ended_keys.h"
#include "agent/sticky/frame.h"
#include "agent/sticky/replica.h"
#include "agent/sticky/server_loads.h"
#include "base/result.h"
#include "base/time.h"

namespace wslb::agent::sticky {

struct ProxyChange {
  enum class Kind : std::uint8_t {
    Changed,
    Restated,  // known for a while; whether it is pinned is news
    Removed,   // by an operator, everywhere
    Purged,    // for want of room
  };
  Kind kind = Kind::Changed;
  Record record;  // its table as the proxy numbers them; no version
  base::TimePoint made;  // when
};

struct ProxyChanges {
  std::vector<ProxyChange> changes;
  std::uint64_t number = 0;  // of the last of them, as the proxy counts
};

// The proxy has everything that was there when it came, and serves from then on.
struct Synced {};

using ProxyFrame = std::variant<Entries, Ended, Ack, Synced, Loads>;

class ProxySession {
 public:
  static constexpr std::uint8_t kBy = 1;  // see Replica::change

  ProxySession(Replica& replica, ServerLoads& loads) : replica_(replica), loads_(loads) {}

  // Synced has to wait while what peers have is not here yet.
  void hold_back(bool held) { is_held_back_ = held; }
  void connect();
  void disconnect(base::TimePoint now);
  // Errors are the proxy's fault, and the end of the connection.
  base::Result<void> define(const Tables& tables);
  base::Result<void> take(const ProxyChanges& changes, base::TimePoint now);
  void take(const Loads& loads, bool anew) { loads_.set_own(loads, anew); }

  // An entry of another's is over.
  void tell_ended(const Replica::Entry& entry) { ended_.add(entry); }
  // The next frame for it; valid until the replica changes.
  std::optional<ProxyFrame> next(base::TimePoint now);
  [[nodiscard]] bool has_output() const;

  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }  // for want of room

 private:
  void purge(const Record& record);
  [[nodiscard]] bool is_for_proxy(const Replica::Entry& entry, base::TimePoint now) const;

  Replica& replica_;
  ServerLoads& loads_;
  bool connected_ = false;
  std::optional<Replica::Cursor> cursor_;
  Sequence everything_until_ = 0;
  bool synced_ = false;
  bool is_held_back_ = false;
  std::vector<std::optional<TableId>> ours_;    // by its number of a table
  std::vector<std::optional<TableId>> theirs_;  // by ours
  EndedKeys ended_;
  Sequence loads_sent_ = 0;
  std::optional<std::uint64_t> to_ack_;
  std::uint64_t refused_ = 0;
};

}  // namespace wslb::agent::sticky

// The conversation with one peer agent that keeps both replicas equal. After Hello each side sends
// the changes that the other has not: those after the last one it knows, or, if it knew another
// incarnation of this agent, all. Then changes of this node as they come (others send their own),
// acknowledged; what this node lets expire; and every few seconds a digest, when nothing is under
// way. A bucket that differs twice in a row is sent whole, both ways. The servers' loads go along,
// void when the connection ends.
//
// Output is pulled by the shell when the peer can take more, so nothing is queued here but keys
// that have ended. Used by Hub.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/sticky/ended_keys.h"
#include "agent/sticky/frame.h"
#include "agent/sticky/replica.h"
#include "agent/sticky/server_loads.h"
#include "base/result.h"
#include "base/time.h"

namespace wslb::agent::sticky {

// Who this agent is.
struct Identity {
  std::string cluster;
  std::string node;
  std::uint64_t incarnation = 0;
  std::uint64_t config_digest = 0;
};

class PeerSession {
 public:
  static constexpr std::chrono::seconds kCheckInterval{3};

  struct Figures {
    std::uint64_t sent = 0;       // entries
    std::uint64_t received = 0;   // likewise
    std::uint64_t caught_up = 0;  // entries that differed when the connection was new
    std::uint64_t repaired = 0;   // entries that differed later, which must not be
    std::uint64_t refused = 0;    // entries for which a table had no room
    std::uint64_t resyncs = 0;    // times that everything was sent
  };

  PeerSession(Replica& replica, ServerLoads& loads, const Identity& self, std::string peer);

  void connect(base::TimePoint now);
  void disconnect(base::TimePoint now);
  // An error is the peer's fault, and the end of the connection.
  base::Result<void> receive(const Frame& frame, base::TimePoint now);
  // The next frame to send; its records are valid until the replica changes.
  std::optional<Frame> next(base::TimePoint now);
  // next() has something, before its next digest is due.
  [[nodiscard]] bool has_output() const;
  [[nodiscard]] base::TimePoint next_check() const { return next_check_; }

  // An entry of this node is over.
  void tell_ended(const Replica::Entry& entry) {
    if (greeted_) ended_.add(entry);
  }

  [[nodiscard]] bool connected() const { return greeted_; }
  // The peer has once given everything that it had.
  [[nodiscard]] bool has_taught() const { return has_taught_; }
  [[nodiscard]] bool in_step() const;  // the peer has acknowledged everything
  [[nodiscard]] bool config_differs() const { return config_differs_; }
  [[nodiscard]] const std::string& peer_version() const { return peer_version_; }
  [[nodiscard]] std::uint64_t behind() const;  // changes that it has not acknowledged
  [[nodiscard]] const Figures& figures() const { return figures_; }
  [[nodiscard]] const std::string& peer() const { return peer_; }

 private:
  base::Result<void> take(const Hello& hello, base::TimePoint now);
  base::Result<void> take(const Tables& tables, base::TimePoint now);
  base::Result<void> take(const Entries& entries, base::TimePoint now);
  base::Result<void> take(const Ended& ended, base::TimePoint now);
  base::Result<void> take(const Ack& ack, base::TimePoint now);
  base::Result<void> take(const Check& check, base::TimePoint now);
  base::Result<void> take(const Repair& repair, base::TimePoint now);
  base::Result<void> take(const Loads& loads, base::TimePoint now);
  [[nodiscard]] std::optional<Frame> next_tables();
  [[nodiscard]] std::optional<Frame> next_entries(base::TimePoint now);
  [[nodiscard]] std::optional<Frame> next_repair(base::TimePoint now);
  void repair(std::size_t bucket);

  Replica& replica_;
  ServerLoads& loads_;
  const Identity& self_;
  std::string peer_;
  NodeId peer_id_;
  Figures figures_;

  // Known from one connection to the next.
  std::uint64_t peer_incarnation_ = 0;
  Sequence received_ = 0;  // of the peer's changes
  bool has_taught_ = false;

  // Of this connection.
  bool open_ = false;
  bool hello_sent_ = false;
  bool greeted_ = false;
  bool config_differs_ = false;
  std::string peer_version_;
  bool were_equal_ = false;  // once, on this connection
  bool comparable_ = true;   // no entry of the peer's had to be left out
  std::optional<Replica::Cursor> cursor_;
  Sequence everything_until_ = 0;  // changes so far are sent whoever made them
  Sequence passed_ = 0;            // by the cursor
  Sequence sent_ = 0;
  Sequence acked_ = 0;
  Sequence to_ack_ = 0;
  bool ack_due_ = false;
  std::size_t tables_sent_ = 0;
  Sequence loads_sent_ = 0;
  std::vector<std::optional<TableId>> theirs_;  // their number of a table -> ours
  EndedKeys ended_;
  std::deque<std::pair<TableId, base::Bytes>> repairs_;
  std::vector<std::uint8_t> wanted_;                         // buckets to ask for
  std::array<std::uint8_t, Replica::kBuckets> differing_{};  // how often in a row
  base::TimePoint next_check_ = base::TimePoint::max();
  bool was_checked_ = false;
};

}  // namespace wslb::agent::sticky

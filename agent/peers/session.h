// One connection of HAProxy's peers protocol 2.1, in either role, without its socket: the handshake
// lines, heartbeats, teaching and learning of whole tables, updates and acknowledgements. Bytes and
// the time go in; what write() appends is to be sent, in pieces as large as the caller has room
// for; receive() gives the entries that the peer has told. Once closing() says why, what write()
// still gives is sent and the connection ends. A peer cannot make it hold more than one frame and
// a few definitions of tables. Used by HaproxyConnection.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/peers/change_source.h"
#include "agent/peers/definition.h"
#include "agent/peers/dictionary.h"
#include "agent/peers/frame.h"
#include "agent/peers/hello.h"
#include "agent/peers/table.h"
#include "base/bytes.h"
#include "base/time.h"

namespace wslb::agent::peers {

inline constexpr std::chrono::seconds kHeartbeat{3};
inline constexpr std::chrono::seconds kSilenceMax{10};
inline constexpr std::size_t kTablesMax = 256;  // that a peer may define

enum class Role : std::uint8_t { Dialler, Listener };

// What the peer has been asked for: all of its entries.
enum class Lesson : std::uint8_t { NotAsked, Asked, Partial, Complete };

class Session {
 public:
  struct Settings {
    Role role = Role::Dialler;
    std::string us{};    // our name
    std::string peer{};  // of a Dialler: who is to answer
    std::uint32_t process_id = 0;
  };
  Session(Settings settings, base::TimePoint now);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  struct Received {
    std::vector<Update> updates;       // of tables that `source` has, with the same keys
    std::vector<std::string> remarks;  // for the operator
  };
  Received receive(base::ByteView bytes, const ChangeSource& source, base::TimePoint now);

  // Appends what is to be sent next until `out` has `bytes_max` or there is nothing more; what was
  // received must have been applied by then, because this acknowledges it.
  void write(ChangeSource& source, base::TimePoint now, std::size_t bytes_max, base::Bytes& out);

  [[nodiscard]] base::TimePoint next_deadline() const;
  void handle_expiry(base::TimePoint now);

  // A Listener whose caller has said peer() awaits one of these: admit() or close().
  [[nodiscard]] bool awaits_admission() const { return state_ == State::Greeted; }
  void admit() { state_ = State::Established; }
  void close(std::string reason);

  // Where to go on, before the first write(): what the peer has acknowledged on an earlier
  // connection need not be said again.
  void resume_after(std::uint64_t number) { told_ = number; }
  // Asks the peer for all of its entries, now or as soon as the handshake is done. It gets no news
  // before it has answered: what it knows may be newer than what we have from before a restart.
  void ask_for_lesson();

  [[nodiscard]] const std::string& peer() const { return settings_.peer; }
  [[nodiscard]] bool established() const { return state_ == State::Established; }
  [[nodiscard]] const std::optional<std::string>& closing() const { return closing_; }
  [[nodiscard]] Lesson lesson() const { return lesson_; }
  // Everything up to this change has been acknowledged.
  [[nodiscard]] std::uint64_t acknowledged() const;

 private:
  enum class State : std::uint8_t {
    Dialling,     // a Dialler, waits for the status
    Hello,        // a Listener, waits for the three lines
    Greeted,      // a Listener, waits for its caller
    Established,  // messages go to and fro
    Closing
  };
  // A table that the peer has defined.
  struct TheirTable {
    Table table;
    std::uint32_t last_id = 0;
    bool acknowledged = true;
  };
  // A table that we have defined; numbers are those of changes.
  struct OurTable {
    std::uint64_t id = 0;
    Table table;  // as it was defined
    std::uint64_t sent = 0;
    std::uint64_t acknowledged = 0;
    std::optional<std::uint32_t> last_id;  // since it was switched to
  };
  struct Teaching {
    std::uint64_t told = 0;
    std::uint64_t until = 0;
    bool finished = false;  // the peer is to confirm
  };

  // session_input.cpp
  void read_hello();
  void read_status();
  void read_frames(const ChangeSource& source, Received& received);
  void handle_frame(const Frame& frame, const ChangeSource& source, Received& received);
  void handle_control(std::uint8_t type, const ChangeSource& source);
  void handle_table(const Frame& frame, const ChangeSource& source, Received& received);
  void handle_definition(base::ByteView payload, const ChangeSource& source, Received& received);
  void handle_switch(base::ByteView payload);
  void handle_update(const Frame& frame, const ChangeSource& source, Received& received);
  void handle_ack(base::ByteView payload);
  void refuse(ErrorType error, const std::string& what);

  // session_output.cpp
  void write_handshake(base::Bytes& out);
  void write_acks(base::Bytes& out);
  void write_control(base::TimePoint now, base::Bytes& out);
  [[nodiscard]] bool write_lesson(ChangeSource& source, base::Bytes& out);
  [[nodiscard]] bool write_news(ChangeSource& source, base::Bytes& out);
  [[nodiscard]] bool write_held(ChangeSource& source, base::Bytes& out);
  void plan_refresh(const ChangeSource& source, base::TimePoint now);
  void write_change(const Change& change, const Table& table, base::Bytes& out);
  OurTable& switch_to(const Table& table, base::Bytes& out);

  Settings settings_;
  State state_;
  std::optional<std::string> closing_;
  std::optional<ErrorType> error_;  // to be written before the end
  std::optional<Status> refusal_;   // of a Listener
  FrameReader reader_;
  Hello hello_;
  int hello_lines_ = 0;
  bool said_hello_ = false;
  base::TimePoint heard_;
  base::TimePoint heartbeat_;  // when the next one is due

  std::map<std::uint64_t, TheirTable> theirs_;
  TheirTable* their_table_ = nullptr;  // that updates are of
  LearnedNames learned_names_;
  bool request_ = false;  // is to be written
  Lesson lesson_ = Lesson::NotAsked;
  bool confirm_ = false;  // is to be written

  std::map<std::string, OurTable, std::less<>> ours_;
  OurTable* our_table_ = nullptr;
  SentNames sent_names_;
  std::uint64_t told_ = 0;
  std::optional<Teaching> teaching_;
  std::optional<Teaching> refresh_;  // under way: of what is Held
  base::TimePoint refresh_due_ = base::TimePoint::max();
};

}  // namespace wslb::agent::peers

// The last thousand events, each with a number that only grows and the time of day. `wslbctl
// events` reads them; followers keep a number of their own and read on when told that there is
// more, so that a slow one costs no memory and misses what the ring has dropped meanwhile.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <optional>
#include <string>

#include "agent/core/effect.h"

namespace wslb::agent {

struct LoggedEvent {
  std::uint64_t seq = 0;  // 1 for the first
  std::chrono::system_clock::time_point at;
  std::string kind;     // "vrrp-state", "proxy", "interface", "vip", "command", ...
  std::string subject;  // name of the vrrp section or interface
  std::string text;     // one line for people
  std::optional<core::Emit::Change> change = std::nullopt;  // of a section's state
};

class EventLog {
 public:
  static constexpr std::size_t kEventsMax = 1000;
  using Wake = std::function<void()>;

  // A registration; ends when destroyed.
  class Follower {
   public:
    Follower(EventLog& log, Wake wake);
    ~Follower();
    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;

   private:
    EventLog& log_;
    std::list<Wake>::iterator place_;
  };

  void append(std::string kind, std::string subject, std::string text,
              std::chrono::system_clock::time_point at,
              std::optional<core::Emit::Change> change = std::nullopt);

  [[nodiscard]] std::uint64_t last_seq() const { return last_seq_; }
  // The oldest event kept whose number is greater than `seq`; null: there is none yet.
  [[nodiscard]] const LoggedEvent* next_after(std::uint64_t seq) const;

 private:
  std::deque<LoggedEvent> events_;
  std::uint64_t last_seq_ = 0;
  std::list<Wake> followers_;
};

}  // namespace wslb::agent

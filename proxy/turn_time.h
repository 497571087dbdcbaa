// What time it is for the sessions that a thread resumes in one turn: the moment at which the turn
// began, read once for all of them. Elsewhere it is now.
#pragma once

#include <chrono>
#include <optional>

#include "base/time.h"

namespace wslb::proxy {

// Alive while the turn lasts. Made by SocketEvents.
class TurnTime {
 public:
  TurnTime() { current() = {std::chrono::steady_clock::now(), std::chrono::system_clock::now()}; }
  ~TurnTime() { current().reset(); }
  TurnTime(const TurnTime&) = delete;

  [[nodiscard]] static base::TimePoint now() {
    return current() ? current()->steady : std::chrono::steady_clock::now();
  }
  // By the clock on the wall, for logs and cookies.
  [[nodiscard]] static std::chrono::system_clock::time_point wall() {
    return current() ? current()->wall : std::chrono::system_clock::now();
  }

 private:
  struct Instant {
    base::TimePoint steady;
    std::chrono::system_clock::time_point wall;
  };
  static std::optional<Instant>& current() {
    static thread_local constinit std::optional<Instant> instant;
    return instant;
  }
};

}  // namespace wslb::proxy

// What the load balancer knows of one server: what the operator wants of it, what its checks say,
// and how busy it is. Plain values; Backend owns and changes them, the shell shows them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.h"

namespace wslb::proxy::lb {

// Balancers count weights in sixteenths, so that a server can start with a small share.
inline constexpr std::uint32_t kSixteenths = 16;

// What the operator wants: `Drain` takes no new client but those with its cookie, `Maint` none.
enum class Admin : std::uint8_t { Ready, Drain, Maint };

// What its health allows: `Stopping` takes no new client but those with its cookie.
enum class Operation : std::uint8_t { Running, Stopping, Stopped };

// What comes of the operator's will and the checks together.
enum class State : std::uint8_t { Up, Down, Drain, Maint };

struct ServerState {
  Admin admin = Admin::Ready;
  Operation operation = Operation::Running;  // by its checks; without them it is always that
  bool unresolved = false;                   // its host name has no address at present

  // What the operator may change while it runs; at first the configuration's.
  int weight = 1;             // 0 .. 256
  std::uint32_t maxconn = 0;  // 0: unlimited
  std::uint32_t minconn = 0;  // equal to maxconn: the limit does not depend on the load

  std::uint32_t share = 0;  // weight in sixteenths as the balancer sees it; 0: takes no part
  std::optional<base::TimePoint> starting;  // `slowstart`: since when it is up again

  base::TimePoint changed{};     // when state() last did
  std::uint32_t times_down = 0;  // by its checks
  base::Duration away{0};        // down or in maintenance, until it last came back

  std::uint32_t served_most = 0;  // at a time
  std::uint32_t queued_most = 0;
  std::uint32_t served = 0;  // slots in use; an upgraded WebSocket keeps its slot until it closes
  std::uint32_t queued = 0;  // waiting for this server alone
  std::uint32_t elsewhere = 0;  // slots in use on the cluster's other hosts, as last heard
  std::uint64_t total = 0;      // slots ever given

  [[nodiscard]] State state() const {
    if (admin == Admin::Maint || unresolved) return State::Maint;
    if (operation == Operation::Stopped) return State::Down;
    const bool drains = admin == Admin::Drain || operation == Operation::Stopping;
    return drains ? State::Drain : State::Up;
  }

  // Up or draining: a client whose cookie names the server may still go to it.
  [[nodiscard]] bool takes_cookie_clients() const {
    return state() == State::Up || state() == State::Drain;
  }
};

}  // namespace wslb::proxy::lb

// HAProxy's maxconn of the process, a frontend and a bind line. Clients beyond it are not refused:
// the listener stops accepting, and they wait in the kernel's backlog until a connection ends.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>

namespace wslb::proxy {

class ConnectionGate {
 public:
  explicit ConnectionGate(std::uint32_t max) : max_(max) {}

  // Takes a place. False: there is none.
  bool enter() {
    std::uint32_t open = open_.load();
    while (open < max_.load()) {
      if (open_.compare_exchange_weak(open, open + 1)) return true;
    }
    return false;
  }
  void leave() { --open_; }

  [[nodiscard]] std::uint32_t open() const { return open_; }
  [[nodiscard]] std::uint32_t max() const { return max_; }
  // Those who are inside beyond it may stay.
  void set_max(std::uint32_t max) { max_ = max; }

  static constexpr std::uint32_t kUnlimited = std::numeric_limits<std::uint32_t>::max();

 private:
  std::atomic<std::uint32_t> max_;
  std::atomic<std::uint32_t> open_{0};
};

// A client connection's place at its three gates, given back when destroyed, on whichever thread
// the session ends.
class ConnectionLease {
 public:
  // Process, frontend, bind line: the last two may be gone from the configuration by then.
  using Gates = std::array<std::shared_ptr<ConnectionGate>, 3>;

  // Holds nothing unless every gate had a place. `on_free` is called after places were given back.
  ConnectionLease(Gates gates, const std::function<void()>& on_free);
  ConnectionLease(ConnectionLease&& other) noexcept;
  ConnectionLease& operator=(ConnectionLease&&) = delete;
  ~ConnectionLease();

  [[nodiscard]] bool held() const { return held_; }

 private:
  Gates gates_;
  const std::function<void()>* on_free_;
  bool held_;
};

}  // namespace wslb::proxy

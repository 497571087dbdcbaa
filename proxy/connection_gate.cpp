#include "proxy/connection_gate.h"

#include <utility>

namespace wslb::proxy {

ConnectionLease::ConnectionLease(Gates gates, const std::function<void()>& on_free)
    : gates_(std::move(gates)), on_free_(&on_free), held_(true) {
  for (std::size_t i = 0; i < gates_.size(); ++i) {
    if (gates_[i]->enter()) continue;
    held_ = false;
    for (std::size_t entered = 0; entered < i; ++entered) gates_[entered]->leave();
    return;
  }
}

ConnectionLease::ConnectionLease(ConnectionLease&& other) noexcept
    : gates_(std::move(other.gates_)),
      on_free_(other.on_free_),
      held_(std::exchange(other.held_, false)) {}

ConnectionLease::~ConnectionLease() {
  if (!held_) return;
  for (const auto& gate : gates_) gate->leave();
  (*on_free_)();
}

}  // namespace wslb::proxy

// Whether the operator has drained this node, in a file that outlives the agent and a reboot: who
// takes a host out for a repair does not want it back by itself. What it says is for people: since
// when, and by whom. Used by ControlDesk and the wiring in main.
#pragma once

#include <chrono>
#include <string>

#include <sys/types.h>

#include "base/result.h"

namespace wslb::agent {

class DrainNote {
 public:
  // In the agent's state directory.
  explicit DrainNote(std::string path);

  [[nodiscard]] bool drained() const { return !text_.empty(); }
  // "since 2026-01-31T10:00:00Z by uid 0"; empty: it is not drained.
  [[nodiscard]] const std::string& text() const { return text_; }

  // The error says that it could not be noted down; then nothing has changed.
  [[nodiscard]] base::Result<void> set(uid_t by, std::chrono::system_clock::time_point now);
  [[nodiscard]] base::Result<void> clear();

 private:
  std::string path_;
  std::string text_;
};

}  // namespace wslb::agent

// The terminal while a program draws on all of it: its other screen, no echo, keys as they come, no
// cursor. All of that ends with the object, and with SIGTERM or SIGHUP, which keys() tells.
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

#include <termios.h>

#include "base/result.h"

namespace wslb::ctl {

class Terminal {
 public:
  struct Size {
    std::size_t columns = 80;
    std::size_t lines = 24;
  };
  enum class Event : std::uint8_t { Nothing, Resized, Quit };

  // Of stdin and stdout; the error: they are no terminal.
  static base::Result<Terminal> open();
  Terminal(Terminal&& other) noexcept;
  Terminal& operator=(Terminal&&) = delete;
  ~Terminal();

  [[nodiscard]] static Size size();
  // From the upper left corner on; what was there before is gone. Lines part by newlines.
  void draw(std::string_view text);
  // The next that matters: q, Ctrl-C, Ctrl-D or a signal that ends, a new size; Nothing: the time
  // is over.
  [[nodiscard]] Event wait(std::chrono::milliseconds time);

 private:
  explicit Terminal(const termios& before) : before_(before), owns_(true) {}

  termios before_;
  bool owns_;
};

}  // namespace wslb::ctl

// A start that may fail. systemd starts a program again as soon as it has ended, which is right
// after a crash, and a flood of equal lines where the reason lies in a file that somebody has to
// mend. So the first failures of a row end at once, `systemctl start` says so, and each later one
// first waits for longer than the one before, or until a file beside those that were read changes.
// A `systemctl restart` begins anew. How many failures there were is a note in the unit's
// RuntimeDirectory; without one, or started by anything but systemd, nothing waits.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/journal.h"

namespace wslb::daemon {

// A line about what is wrong with the start, or with the configuration, to stderr. The first error
// is what `systemctl status` shows.
void complain(std::string_view line, Priority priority = Priority::Error);

// Before the attempt that follows on so many failures.
[[nodiscard]] std::chrono::milliseconds pause_after(int failures);

class StartAttempt {
 public:
  // Before anything is read, so that no change is missed. A file may be a directory.
  explicit StartAttempt(const std::vector<std::string>& files);
  ~StartAttempt();
  StartAttempt(const StartAttempt&) = delete;
  StartAttempt& operator=(const StartAttempt&) = delete;

  // It serves; what ends it later is a crash.
  void succeed();
  // Closes all that is open but stdin, stdout and stderr, and waits; the caller ends then. A signal
  // may end it before.
  void fail();

 private:
  std::string note_;  // empty: nobody starts this program again, or it has succeeded
  int changes_ = -1;  // inotify
};

}  // namespace wslb::daemon

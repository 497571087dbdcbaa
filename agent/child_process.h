// Starts a program as a process of its own, by plain fork: vfork and posix_spawn would make the
// caller, which has a real-time priority, wait until the child, which has none, was given the
// processor. The program gets no descriptors of ours but the log's, no signal settings, no
// capabilities and, by SCHED_RESET_ON_FORK, the ordinary priority; it writes to the log alone. One
// that cannot be run says so there and ends with status 127. Used by ProxyProcess and HookRunner,
// which watch what they started.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/file_descriptor.h"
#include "base/result.h"

namespace wslb::agent {

struct ChildProcess {
  std::int32_t pid = 0;
  FileDescriptor pidfd;

  struct Settings {
    std::vector<std::string> environment;  // empty: ours
    // It leads a session, and so a process group, which can be killed with all that it started.
    bool own_session = false;
  };

  // `command` is the program, looked for in PATH, and its arguments.
  static base::Result<ChildProcess> start(std::vector<std::string> command, Settings settings);

  // For one that cannot be watched.
  static void kill_and_reap(std::int32_t pid);
};

}  // namespace wslb::agent

// One agent in each network namespace: a second one would take the first one's VIPs for what a
// killed agent left behind. The lock is an abstract Unix socket name, since those belong to the
// network namespace; nobody listens there, and it ends with the process. Taken by main.
#pragma once

#include "agent/file_descriptor.h"
#include "base/result.h"

namespace wslb::agent {

// Held as long as the descriptor is open.
[[nodiscard]] base::Result<FileDescriptor> lock_namespace();

}  // namespace wslb::agent

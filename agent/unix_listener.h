// A listening Unix socket in the run directory. The agent holds the directory's lock, so that a
// socket that is there already is a dead one and is replaced. Used by ProxyLink and ControlServer.
#pragma once

#include <string>

#include <sys/types.h>

#include "agent/file_descriptor.h"
#include "base/result.h"

namespace wslb::agent {

// `type` is SOCK_STREAM or SOCK_SEQPACKET; `mode` are the file's permissions, such as 0660.
[[nodiscard]] base::Result<FileDescriptor> listen_unix(const std::string& path, int type,
                                                       mode_t mode);

}  // namespace wslb::agent

// Reads a file that others own and that should hold a line or two. Whatever they put in its place,
// a pipe, a device or an endless file, it never waits and never grows.
// Used by ExternalProxy and TrackedFile.
#pragma once

#include <string>

#include "base/result.h"

namespace wslb::agent {

// At most its first 4 KiB. The error says which file and why, also that it is no regular file.
[[nodiscard]] base::Result<std::string> read_small_file(const std::string& path);

}  // namespace wslb::agent

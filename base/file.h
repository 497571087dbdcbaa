// Reads a whole file: the one place of base/ that touches the outside, because all three programs
// read configuration files and keys.
#pragma once

#include <string>

#include "base/result.h"

namespace wslb::base {

// The error says which file and why.
[[nodiscard]] Result<std::string> read_file(const std::string& path);

}  // namespace wslb::base

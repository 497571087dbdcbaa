// The words of HAProxy 1.x that 2.x took away, for files of long ago (`--compat-1.x`): a line is
// written anew in today's words before a section sees it, with a warning that says how to write it.
// What cannot be said in today's words stays as it is, and is an error then as without the switch.
// Called by load() for each line.
#pragma once

#include <vector>

#include "config/lexer.h"

namespace wslb::config {

// None, one or two lines.
[[nodiscard]] std::vector<Line> modernised(const Line& line, Diagnostics& diagnostics);

}  // namespace wslb::config

// Where the log goes: stderr, in the form that suits whoever reads it. Under systemd each line has
// its priority and no time, since the journal knows it. A reader that does not read loses lines;
// it never holds up the agent, whose adverts are worth more than its log.
#pragma once

#include <string>

namespace wslb::agent {

// `level` is one of Options::log_level. Call it once, before the first line.
void set_up_log(const std::string& level);

}  // namespace wslb::agent

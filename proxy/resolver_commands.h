// The command about name servers.
#pragma once

#include <string>

#include "proxy/command_line.h"
#include "proxy/runtime_commands.h"

namespace wslb::proxy {

// What was asked and how it ended, as HAProxy words it; of what HAProxy counts beside, nothing.
[[nodiscard]] std::string show_resolvers(RuntimeContext& context, const CommandWords& words);

}  // namespace wslb::proxy

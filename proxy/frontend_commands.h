// The commands that change frontends, sessions and counters.
#pragma once

#include <string>

#include "proxy/command_line.h"
#include "proxy/runtime_commands.h"

namespace wslb::proxy {

[[nodiscard]] std::string clear_counters(RuntimeContext& context, const CommandWords& words);
[[nodiscard]] std::string disable_frontend(RuntimeContext& context, const CommandWords& words);
[[nodiscard]] std::string enable_frontend(RuntimeContext& context, const CommandWords& words);
[[nodiscard]] std::string set_maxconn_frontend(RuntimeContext& context, const CommandWords& words);
[[nodiscard]] std::string set_maxconn_global(RuntimeContext& context, const CommandWords& words);
[[nodiscard]] std::string shutdown_frontend(RuntimeContext& context, const CommandWords& words);
[[nodiscard]] std::string shutdown_session(RuntimeContext& context, const CommandWords& words);

}  // namespace wslb::proxy

// The commands that only look.
#pragma once

#include <string>

#include "proxy/command_line.h"
#include "proxy/runtime_commands.h"

namespace wslb::proxy {

[[nodiscard]] std::string show_backend(RuntimeContext& context, const CommandWords& words);
[[nodiscard]] std::string show_errors(RuntimeContext& context, const CommandWords& words);
[[nodiscard]] std::string show_info(RuntimeContext& context, const CommandWords& words);
[[nodiscard]] std::string show_servers_state(RuntimeContext& context, const CommandWords& words);
[[nodiscard]] std::string show_sessions(RuntimeContext& context, const CommandWords& words);
[[nodiscard]] std::string show_stat(RuntimeContext& context, const CommandWords& words);

}  // namespace wslb::proxy

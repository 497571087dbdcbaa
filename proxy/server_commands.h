// The commands that change one server, or ask about its weight.
#pragma once

#include <string>

#include "proxy/command_line.h"
#include "proxy/runtime_commands.h"

namespace wslb::proxy {

[[nodiscard]] std::string set_server(RuntimeContext& context, const CommandWords& words);
[[nodiscard]] std::string set_weight(RuntimeContext& context, const CommandWords& words);
[[nodiscard]] std::string get_weight(RuntimeContext& context, const CommandWords& words);
[[nodiscard]] std::string set_maxconn_server(RuntimeContext& context, const CommandWords& words);
[[nodiscard]] std::string enable_server(RuntimeContext& context, const CommandWords& words);
[[nodiscard]] std::string enable_health(RuntimeContext& context, const CommandWords& words);
[[nodiscard]] std::string disable_health(RuntimeContext& context, const CommandWords& words);
[[nodiscard]] std::string disable_server(RuntimeContext& context, const CommandWords& words);
[[nodiscard]] std::string shutdown_sessions(RuntimeContext& context, const CommandWords& words);

}  // namespace wslb::proxy

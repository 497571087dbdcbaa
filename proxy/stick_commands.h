// The commands about stick tables, with HAProxy's words and answers.
#pragma once

#include <string>

#include "proxy/command_line.h"
#include "proxy/runtime_commands.h"

namespace wslb::proxy {

[[nodiscard]] std::string show_table(RuntimeContext& context, const CommandWords& words);
[[nodiscard]] std::string set_table(RuntimeContext& context, const CommandWords& words);
[[nodiscard]] std::string clear_table(RuntimeContext& context, const CommandWords& words);

}  // namespace wslb::proxy

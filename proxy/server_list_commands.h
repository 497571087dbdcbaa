// `add server` and `del server`: the configuration in use with one server more or less becomes the
// next one, as a reload would do it. The next SIGHUP forgets it, as in HAProxy.
#pragma once

#include <string>

#include "proxy/command_line.h"
#include "proxy/runtime_commands.h"

namespace wslb::proxy {

[[nodiscard]] std::string add_server(RuntimeContext& context, const CommandWords& words);
[[nodiscard]] std::string del_server(RuntimeContext& context, const CommandWords& words);

}  // namespace wslb::proxy

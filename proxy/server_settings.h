// What operators have changed of servers, as the agent keeps it for this process's successor: their
// administrative state and their weight, by whichever way they were set. Not of servers with an
// `agent-check`, whose agents say it again.
#pragma once

#include "proto/proxy.pb.h"
#include "proxy/runtime_commands.h"

namespace wslb::proxy {

// Where a server is not as the configuration has it.
[[nodiscard]] proto::ServerSettings settings_of(const Service& service);

// Servers that are not there any more, and weights that a balancer does not take, are passed over.
void restore_settings(RuntimeContext& context, const proto::ServerSettings& settings);

}  // namespace wslb::proxy

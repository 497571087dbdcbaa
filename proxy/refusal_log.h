// The log line of a client that was turned away before its session began: no request, no server,
// only who, when, where and why.
#pragma once

#include <string_view>

#include "proxy/connection.h"
#include "proxy/service.h"

namespace wslb::proxy {

void log_refusal(Service& service, const Frontend& frontend, const ClientConnection& client,
                 std::string_view reason);

}  // namespace wslb::proxy

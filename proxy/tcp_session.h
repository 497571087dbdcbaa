// A client's connection in TCP mode: connects to a server and becomes a tunnel.
#pragma once

#include "proxy/listener.h"
#include "proxy/worker.h"

namespace wslb::proxy {

// On the worker's thread. Returns at once.
void start_tcp_session(Worker& worker, AcceptedClient client);

}  // namespace wslb::proxy

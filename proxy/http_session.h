// A client's connection in HTTP mode: reads one request after the other, lets an Exchange serve
// each, writes the log, and ends or becomes a tunnel of the worker's engine.
#pragma once

#include "proxy/listener.h"
#include "proxy/worker.h"

namespace wslb::proxy {

// On the worker's thread. Returns at once; the session lives on the worker until it ends.
void start_http_session(Worker& worker, AcceptedClient client);

}  // namespace wslb::proxy

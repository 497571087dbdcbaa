// Hands a session's two connections to the worker's tunnel engine, with everything that has to
// live as long as the tunnel: the server's slot, the client's place at the gates, the log record.
#pragma once

#include <memory>

#include "proxy/connection.h"
#include "proxy/request_record.h"
#include "proxy/server_connector.h"
#include "proxy/service.h"
#include "proxy/worker.h"

namespace wslb::proxy {

// On the worker's thread. What either side has sent already is forwarded first.
void establish_tunnel(std::shared_ptr<Service> service, Worker& worker, Frontend& frontend,
                      std::unique_ptr<ClientConnection> client, ServerLink link,
                      RequestRecord record);

}  // namespace wslb::proxy

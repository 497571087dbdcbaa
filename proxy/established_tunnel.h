// Hands a session's two connections to the worker's tunnel engine, with everything that has to
// live as long as the tunnel: the server's slot, the client's place at the gates, the log record.
#pragma once

#include <memory>
#include <vector>

#include "proxy/connection.h"
#include "proxy/request_record.h"
#include "proxy/server_connector.h"
#include "proxy/service.h"
#include "proxy/sid_learner.h"
#include "proxy/stick_counters.h"
#include "proxy/tunnel_recovery.h"
#include "proxy/worker.h"

namespace wslb::proxy {

// Entries of stick tables that stay as long as the tunnel does.
struct TunnelHolds {
  TrackedEntries tracked;  // by the request; those of the session are the client's
  std::vector<StickHold> pins;
  // Of a session that the server may open; null: none.
  std::unique_ptr<SidLearner> learner = nullptr;
};

// On the worker's thread. `greeting`, what makes it a tunnel, goes to the client first: a 101. Then
// what either side has sent already is forwarded.
void establish_tunnel(std::shared_ptr<Service> service, Worker& worker, Frontend& frontend,
                      std::unique_ptr<ClientConnection> client, ServerLink link,
                      RequestRecord record, TunnelHolds holds, std::string greeting = {});

// Goes on with one of a process that was killed. False: it is of a frontend or server that the
// configuration does not have any more, and was cut.
bool resume_tunnel(const std::shared_ptr<Service>& service, Worker& worker,
                   RecoveredTunnel recovered);

}  // namespace wslb::proxy

// Starts a session's coroutine on its worker and sees it off: the worker's count, and a log line
// where it ended by an exception, which costs that one client and nobody else.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "proxy/service.h"
#include "proxy/worker.h"

namespace wslb::proxy {

void spawn_session(Worker& worker, const Frontend& frontend, boost::asio::awaitable<void> session);

}  // namespace wslb::proxy

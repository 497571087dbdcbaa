// One thread of the proxy: an event loop for sessions and the engine for their tunnels. A session
// stays on its worker for life, so that nothing on the path of a message needs a lock.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include <boost/asio/io_context.hpp>

#include "proxy/session_list.h"
#include "proxy/tunnel_engine.h"

namespace wslb::proxy {

struct Service;

struct Worker {
  boost::asio::io_context context{1};
  OpenSessions sessions;  // outlives the engine, whose tunnels are among them
  TunnelEngine engine{context};
  std::shared_ptr<Service> service;           // of the configuration in use; on the worker's thread
  std::atomic<std::uint32_t> connections{0};  // the listener gives new ones to the least busy
};

}  // namespace wslb::proxy

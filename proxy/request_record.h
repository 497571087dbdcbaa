// What one request (in TCP mode: one connection) did, for its log line. Filled while it goes on;
// moves into the tunnel when the request becomes one.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/ip_address.h"
#include "base/time.h"
#include "proxy/http/log_line.h"
#include "proxy/server_pool.h"

namespace wslb::proxy {

struct RequestRecord {
  std::chrono::system_clock::time_point accepted = std::chrono::system_clock::now();
  base::Endpoint destination;  // where the client connected to
  base::TimePoint begin = std::chrono::steady_clock::now();
  std::optional<base::TimePoint> head_received;
  std::optional<base::TimePoint> dequeued;  // a server was chosen
  std::optional<base::TimePoint> connected;
  std::optional<base::TimePoint> response_received;

  const ServerPool* pool = nullptr;   // null: none was chosen
  std::optional<std::size_t> server;  // index into the pool's servers
  ServerPool::Load load;              // when the server was chosen
  std::string request_line;
  int status = -1;
  std::uint64_t bytes_to_client = 0;
  http::Termination termination;
  std::uint32_t retries = 0;
  bool redispatched = false;

  void end(char cause, char phase) {
    termination.cause = cause;
    termination.phase = phase;
  }
};

}  // namespace wslb::proxy

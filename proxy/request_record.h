// What one request (in TCP mode: one connection) did, for its log line. Filled while it goes on;
// moves into the tunnel when the request becomes one.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/ip_address.h"
#include "base/time.h"
#include "proxy/http/log_facts.h"
#include "proxy/server_pool.h"
#include "proxy/tls_connection.h"
#include "proxy/turn_time.h"

namespace wslb::proxy {

namespace http {
class StickState;
}

struct RequestRecord {
  // When the connection was accepted or, on a kept connection, when the request before ended.
  std::chrono::system_clock::time_point accepted = TurnTime::wall();
  base::TimePoint opened = TurnTime::now();  // the same moment
  base::Endpoint destination;                // where the client connected to
  base::TimePoint begin = opened;            // the request's first byte
  std::optional<base::TimePoint> head_received;
  std::optional<base::TimePoint> dequeued;  // a server was chosen
  std::optional<base::TimePoint> connected;
  std::optional<base::TimePoint> response_received;

  const ServerPool* pool = nullptr;      // null: none was chosen
  std::optional<std::size_t> server;     // index into the pool's servers
  ServerPool::Load load;                 // when the server was chosen
  std::optional<base::Endpoint> source;  // ours of the connection to the server
  std::shared_ptr<const TlsFacts> tls;   // of the client; null: in clear text
  std::string request_line;
  std::string unique_id;
  std::optional<http::Captured> request_captures;
  std::optional<http::Captured> response_captures;
  std::string request_cookie;
  std::string response_cookie;
  int status = -1;
  std::uint64_t bytes_from_client = 0;  // as http/counted_size.h counts
  std::uint64_t bytes_from_server = 0;
  http::Termination termination;
  std::uint32_t retries = 0;
  bool redispatched = false;
  bool denied = false;                  // by a rule
  http::StickState* stick = nullptr;    // for samples of the log line; null: it has none
  std::string_view service;             // of ours, that answered in a server's place; empty: none
  std::optional<std::uint32_t> number;  // of the process's requests
  bool logged = false;                  // by `option logasap`

  void end(char cause, char phase) {
    termination.cause = cause;
    termination.phase = phase;
  }
};

}  // namespace wslb::proxy

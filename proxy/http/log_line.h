// One log line for each request or connection, in HAProxy's three formats, so that what reads
// HAProxy's logs reads ours. Pure text: the session fills the facts, the shell sends the line.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ip_address.h"
#include "config/proxy_section.h"

namespace wslb::proxy::http {

// Local wall-clock time, broken down by the shell.
struct LogTime {
  int year = 1970;
  int month = 1;  // 1 .. 12
  int day = 1;    // 1 .. 31
  int hour = 0;
  int minute = 0;
  int second = 0;
  int millisecond = 0;
};

// Why and in which phase a session ended; "----" is a normal end (HAProxy's manual, section 8.5).
struct Termination {
  char cause = '-';          // C client, S server, P proxy, R resource, c/s time-out, D down
  char phase = '-';          // R request, Q queue, C connect, H response head, D data, T tarpit
  char client_cookie = '-';  // N none, I invalid, D down server, V valid; '-' without cookie rule
  char server_cookie = '-';  // N none, I inserted, P passed, R rewritten, D deleted
};

struct LogFacts {
  using Timer = std::optional<std::chrono::milliseconds>;  // nullopt: -1, not reached

  base::Endpoint client;
  base::Endpoint destination;  // where the client connected to; only the default line shows it
  LogTime accepted;            // of the connection (tcp) or of the request's first byte (http)
  std::string_view frontend;
  std::string_view backend;  // the frontend's own name when none was chosen
  std::string_view server;   // empty: <NOSRV>
  config::Mode mode = config::Mode::Http;

  Timer request;   // TR: until the whole request head was there
  Timer queue;     // Tw
  Timer connect;   // Tc
  Timer response;  // Tr: until the server's response head
  Timer total;     // Ta (http) or Tt (tcp)

  int status = -1;          // sent to the client; -1: none
  std::uint64_t bytes = 0;  // sent to the client
  Termination termination;
  std::uint32_t active = 0;           // connections: of the process,
  std::uint32_t frontend_active = 0;  // this frontend,
  std::uint32_t backend_active = 0;   // this backend,
  std::uint32_t server_active = 0;    // this server
  std::uint32_t retries = 0;
  bool redispatched = false;       // shows as '+' before retries
  std::uint32_t server_queue = 0;  // requests before this one in the queue
  std::uint32_t backend_queue = 0;
  std::string_view request_line;  // empty: <BADREQ>
};

std::string log_line(config::LogFormat format, const LogFacts& facts);

// RFC 3164 as HAProxy sends it, no host name: `<134>Feb  6 12:14:14 wslb-proxy[14389]: `. Facility
// 0 .. 23, severity 0 .. 7.
std::string syslog_header(int facility, int severity, const LogTime& now, std::string_view tag,
                          int pid);

}  // namespace wslb::proxy::http

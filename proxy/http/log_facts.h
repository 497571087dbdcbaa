// What a log line may tell about one request, or in TCP mode about one connection. The session
// fills it, log_text() writes it in the words of a log-format.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.h"
#include "config/proxy_section.h"

namespace wslb::proxy::http {

// A moment and how far local time is from UTC then; the shell knows the time zone.
struct LogTime {
  std::chrono::system_clock::time_point at;
  std::chrono::seconds utc_offset{0};
};

// Why and in which phase a session ended; "----" is a normal end (HAProxy's manual, section 8.5).
struct Termination {
  char cause = '-';          // C client, S server, P proxy, R resource, c/s time-out, D down
  char phase = '-';          // R request, Q queue, C connect, H response head, D data, T tarpit
  char client_cookie = '-';  // N none, I invalid, D down server, V valid; '-' without cookie rule
  char server_cookie = '-';  // N none, I inserted, P passed, R rewritten, D deleted
};

// Values of `capture` lines, one for each line, cut to their length.
using Captured = std::vector<std::string>;

struct LogFacts {
  using Timer = std::optional<std::chrono::milliseconds>;  // nullopt: -1, not reached

  std::optional<base::Endpoint> client;
  std::optional<base::Endpoint> destination;  // where the client connected to
  std::optional<base::Endpoint> source;       // ours towards the server
  std::optional<base::Endpoint> server_address;
  LogTime accepted;  // of the connection, or the end of the request before
  LogTime begun;     // of the request's first byte
  std::string_view frontend;
  std::string_view backend;  // the frontend's own name when none was chosen
  std::string_view server;   // empty: <NOSRV>
  std::string_view host_name;
  std::string_view unique_id;
  bool tls = false;
  std::string_view tls_version;
  std::string_view tls_cipher;

  Timer handshake = std::chrono::milliseconds(0);  // Th
  Timer idle = std::chrono::milliseconds(0);       // Ti: until the request's first byte
  Timer request;                                   // TR: from there until the whole head was there
  Timer queue;                                     // Tw
  Timer connect;                                   // Tc
  Timer response;                                  // Tr: until the server's response head
  Timer data;                                      // Td: from there to the end
  Timer active;                                    // Ta: from the request's first byte to the end
  Timer total;                                     // Tt: from `accepted` to the end
  Timer arrival;                                   // Tq: Th + Ti + TR
  Timer user;                                      // Tu: Tt - Ti
  bool early = false;  // written before the end: what still grows is marked with '+'

  int status = -1;  // sent to the client; -1: none
  std::uint64_t bytes_from_client = 0;
  std::uint64_t bytes_from_server = 0;
  Termination termination;
  std::uint32_t active_connections = 0;    // of the process,
  std::uint32_t frontend_connections = 0;  // this frontend,
  std::uint32_t backend_connections = 0;   // this backend,
  std::uint32_t server_connections = 0;    // this server
  std::uint32_t retries = 0;
  bool redispatched = false;  // shows as '+' before retries
  std::uint32_t server_queue = 0;
  std::uint32_t backend_queue = 0;
  std::uint32_t request_counter = 0;  // of the process
  std::uint32_t line_counter = 0;     // of the frontend
  int process_id = 0;

  std::string_view request_line;  // empty: <BADREQ>
  // Null: nothing was captured, for lack of `capture` lines or of a request.
  const Captured* request_captures = nullptr;
  const Captured* response_captures = nullptr;
  std::string_view request_cookie;
  std::string_view response_cookie;
};

}  // namespace wslb::proxy::http

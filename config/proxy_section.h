// A `frontend`, `backend` or `listen` section after its `defaults` were folded in.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ip_address.h"
#include "base/ip_network.h"
#include "base/time.h"
#include "config/acl.h"
#include "config/balance.h"
#include "config/cookie_rule.h"
#include "config/diagnostic.h"
#include "config/error_reply.h"
#include "config/health_check.h"
#include "config/log_format.h"
#include "config/log_target.h"
#include "config/retry_on.h"
#include "config/rule.h"
#include "config/server.h"
#include "config/stats_page.h"
#include "config/stick_rule.h"
#include "config/stick_table.h"
#include "config/tls.h"

namespace wslb::config {

// `bind ADDRESS:PORT` or `bind fd@N`. `*` and an empty address mean any IPv4 address, `::` any
// IPv6 one.
struct Bind {
  base::Endpoint endpoint;
  std::optional<int> inherited_fd;       // fd@N: already listening
  std::optional<std::uint32_t> maxconn;  // of this line alone
  bool accept_proxy = false;             // every connection begins with a PROXY header
  BindTls tls;
  std::string unix_path;  // in place of the endpoint; empty: none
  bool abstract = false;  // `abns@NAME`: the path is a name outside of the file system
  std::optional<std::uint32_t> unix_mode;
  std::string unix_user;
  std::string unix_group;
  bool v6only = false;                             // `::` leaves IPv4 to others
  std::string interface;                           // connections that come in there alone
  std::uint32_t backlog = 0;                       // 0: that of the section
  std::optional<base::Duration> tcp_user_timeout;  // unacknowledged bytes end a connection
  bool defer_accept = false;                       // until a client has sent something
  std::string name;                                // as a log line calls it; empty: `index`
  int index = 1;                                   // among the addresses of its section
  Location where;
};

// Every one unset means the fall-back named here, as in HAProxy; 0 in the file means unset.
struct Timeouts {
  std::optional<base::Duration> client;
  std::optional<base::Duration> server;
  std::optional<base::Duration> connect;
  std::optional<base::Duration> tunnel;           // after the 101; else client and server
  std::optional<base::Duration> client_fin;       // told that the server ended; else tunnel, client
  std::optional<base::Duration> server_fin;       // the other way round
  std::optional<base::Duration> http_request;     // a whole request head; else client
  std::optional<base::Duration> http_keep_alive;  // between requests; else http_request
  std::optional<base::Duration> queue;            // else connect
  std::optional<base::Duration> tarpit;           // else connect
  std::optional<base::Duration> check;            // reading a check's answer; else inter
};

enum class Mode : std::uint8_t { Tcp, Http };

// `use_backend NAME if COND`; the first that matches wins.
struct UseBackend {
  std::string backend;  // as written
  LogFormat format;     // what makes the name, where it is not the same for all; else empty
  Condition condition;
  Location where;
};

// `use-server NAME if COND`; the first that matches and whose server takes clients wins.
struct UseServer {
  std::string server;  // as above
  LogFormat format;
  Condition condition;
  Location where;
};

// `force-persist`: a client's cookie leads it to its server even if that is down; `ignore-persist`:
// it leads nowhere. The first that matches wins.
struct PersistRule {
  bool forces = false;
  Condition condition;
  Location where;
};

// `monitor fail if COND`: then the answer to a monitor is 503.
struct MonitorFailure {
  Condition condition;
  Location where;
};

// `capture ... NAME len N`: what a log line may show of a header or a cookie.
struct Capture {
  std::string name;  // of a cookie: its begin
  std::size_t length = 0;
};

// `option forwardfor` and `option originalto`: tell the server an address in a header.
struct ForwardFor {
  std::string header;
  std::optional<base::IpNetwork> except;  // addresses that are not told
  bool if_none = false;                   // not where the client sent such a header
};

// `option websocket-ping INTERVAL [timeout DURATION]`, ours: a WebSocket whose client has been
// silent for the interval is pinged, and ended when nothing comes from it within the time-out.
struct WebSocketPing {
  base::Duration interval{};
  base::Duration timeout = std::chrono::seconds(10);
};

struct ProxyOptions {
  bool dontlognull = false;          // no log line for a connection that sent nothing
  bool dontlog_normal = false;       // log lines only of what went wrong
  bool log_separate_errors = false;  // those have the level err instead of info
  bool logasap = false;              // the line is written when the response begins
  bool http_server_close = false;    // one request per server connection
  bool buffer_request = false;       // rules run when the body has been received, or a buffer of it
  bool prefer_last_server = false;   // the one that a client's connection leads to already;
  bool reuse_never = false;          // as in HAProxy only together with `http-reuse never`
  bool contstats = false;            // accepted: our counters are always live
  bool persist = false;              // a cookie leads to its server even if that is down
  bool allbackups = false;           // all usable backups serve, not only the first
  // `option redispatch [N]`: nullopt: off. Positive N: every N-th retry may go to another server;
  // -1, the default of the keyword, means the last retry only, -N the N-th from the end.
  std::optional<int> redispatch;
  std::optional<ForwardFor> forward_for;  // the client's address
  std::optional<ForwardFor> original_to;  // the one it connected to
  bool httpclose = false;                 // one request per connection, on both sides
  bool tcpka = false;                     // keep-alive probes of TCP on both sides,
  bool clitcpka = false;                  // to clients,
  bool srvtcpka = false;                  // to servers
  bool websocket_close = false;           // ours: a Close frame when the proxy drains or stops
  std::optional<WebSocketPing> websocket_ping;
};

struct ProxySection {
  enum class Kind : std::uint8_t { Frontend, Backend, Listen };

  Kind kind = Kind::Listen;
  std::string name;
  Mode mode = Mode::Tcp;  // HAProxy's default
  Timeouts timeouts;
  ProxyOptions options;
  LogFormat log_format;  // of a frontend never empty
  std::vector<LogTarget> logs;
  std::string log_tag;  // empty: the global one
  LogFormat unique_id_format;
  std::string unique_id_header;  // empty: the id is not sent to the server
  std::vector<Capture> request_captures;
  std::vector<Capture> response_captures;
  std::optional<Capture> cookie_capture;

  ErrorReplies error_replies;
  std::optional<StatsPage> stats_page;

  // Rules, in the order of their lines.
  std::vector<HttpRule> request_rules;
  std::vector<HttpRule> redirects;  // after the request rules
  std::vector<HttpRule> response_rules;
  std::vector<HttpRule> answer_rules;  // `http-after-response`: of whatever goes to the client

  std::optional<StickTable> stick_table;

  // What a frontend or listen has.
  std::string monitor_uri;  // answered by us; empty: none
  std::vector<MonitorFailure> monitor_failures;
  std::vector<TcpRule> connection_rules;  // as soon as it is accepted
  std::vector<TcpRule> session_rules;     // when TLS and the PROXY header are done
  std::vector<TcpRule> content_rules;     // when something has been received
  base::Duration inspect_delay{};
  std::vector<Bind> binds;
  std::uint32_t maxconn = 0;  // 0: the global one
  std::uint32_t backlog = 0;  // 0: maxconn
  std::vector<UseBackend> use_backends;
  std::string default_backend;  // empty: none; a listen with servers is its own backend

  // What a backend or listen has.
  Balance balance;
  std::string persist_rdp_cookie;  // its name; empty: off
  HashType hash_type;
  std::uint32_t fullconn = 0;  // where `minconn` reaches `maxconn`; 0: a tenth of the frontends'
  std::optional<CookieRule> cookie;
  std::vector<PersistRule> persist_rules;
  std::vector<UseServer> use_servers;
  std::vector<StickRule> stick_rules;      // of requests
  std::vector<StickRule> store_responses;  // `stick store-response`
  HealthCheck check;
  int retries = 3;
  RetryOn retry_on;
  std::vector<Server> servers;
  std::vector<base::Endpoint> sources;  // of servers without their own
  Location where;

  [[nodiscard]] bool is_frontend() const { return kind != Kind::Backend; }
  [[nodiscard]] bool is_backend() const { return kind != Kind::Frontend; }
};

}  // namespace wslb::config

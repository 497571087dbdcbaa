// A `server` line of a backend or listen section, with its `default-server` folded in.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "base/ip_network.h"
#include "base/time.h"
#include "config/diagnostic.h"
#include "config/tls.h"

namespace wslb::config {

// `check inter D fastinter D downinter D rise N fall N`.
struct CheckParams {
  bool enabled = false;
  base::Duration inter = std::chrono::milliseconds(2000);
  std::optional<base::Duration> fastinter;  // while a server changes state; default inter
  std::optional<base::Duration> downinter;  // while it is down; default inter
  int rise = 2;                             // successes that bring it up, 1 or more
  int fall = 3;                             // failures that take it down, 1 or more
  std::optional<base::IpAddress> address;   // `addr`; else the server's
  std::uint16_t port = 0;                   // `port`; 0: the server's
};

// `agent-check`: a program beside the server says how it is.
struct AgentParams {
  bool enabled = false;
  std::uint16_t port = 0;                  // `agent-port`, without which nothing is asked
  std::optional<base::IpAddress> address;  // `agent-addr`; else the server's
  base::Duration inter = std::chrono::milliseconds(2000);
  std::string send;  // goes to it on each connection
};

// `observe`: what goes wrong with the traffic of a server counts against its health.
struct ObserveParams {
  enum class Mode : std::uint8_t { Off, Layer4, Layer7 };
  enum class OnError : std::uint8_t { FastInter, FailCheck, SuddenDeath, MarkDown };

  Mode mode = Mode::Off;
  int error_limit = 10;  // so many errors in a row
  OnError on_error = OnError::FailCheck;
};

// `track [BACKEND/]SERVER`: up while that one is.
struct TrackedServer {
  std::string backend;  // empty: the server's own
  std::string server;
};

// `send-proxy`, `send-proxy-v2`: which PROXY header a connection begins with.
enum class SendProxy : std::uint8_t { None, V1, V2 };

// `init-addr`: where the address of a server with a host name comes from when the proxy starts.
struct InitAddress {
  bool from_system = true;                  // ask the system's resolver first
  bool may_lack = false;                    // `none`: else begin without one
  std::optional<base::IpAddress> fallback;  // else this
};

// How the host name of a server becomes its address while the proxy runs.
struct Resolution {
  std::string resolvers;          // the section that says whom to ask; empty: only at the start
  bool is_service = false;        // the host is the name of SRV records, RFC 2782
  bool prefers_v6 = true;         // `resolve-prefer`
  bool shares_addresses = false;  // `resolve-opts allow-dup-ip`: with servers of the same name
  bool ignores_weight = false;    // `resolve-opts ignore-weight`: that of an SRV record
  std::vector<base::IpNetwork> networks;  // `resolve-net`: addresses in these come first
};

struct Server {
  std::string name;
  base::Endpoint address;
  std::string host;  // stands for the address, which the proxy finds when it starts; empty: none
  InitAddress init_address;
  Resolution resolution;
  int weight = 1;               // 0 .. 256; 0 takes no new client but those with its cookie
  std::uint32_t maxconn = 0;    // 0: unlimited
  std::uint32_t minconn = 0;    // the limit while the backend is idle; it grows with the load
  std::uint32_t maxqueue = 0;   // so many may wait for this server alone; 0: unlimited
  std::uint32_t id = 0;         // HAProxy's number of it, unique in the backend
  base::Duration slowstart{0};  // after it was down its share grows for so long
  std::string cookie;           // empty: none
  std::string public_address;   // HOST:PORT for `return assign`; empty: `address`
  std::vector<base::Endpoint> sources;  // used in turn; empty: the kernel chooses
  std::string unix_path;                // in place of the address; empty: none
  bool abstract = false;                // the path is a name outside of the file system
  std::optional<base::Duration> tcp_user_timeout;
  ServerTls tls;
  SendProxy send_proxy = SendProxy::None;
  bool check_send_proxy = false;  // checks begin with one too; so they do if the server gets one
  bool backup = false;
  bool disabled = false;
  bool added = false;  // while the proxy runs: checked only once an operator says so
  CheckParams check;
  AgentParams agent;
  ObserveParams observe;
  std::optional<TrackedServer> track;
  bool down_ends_sessions = false;       // `on-marked-down shutdown-sessions`
  bool up_ends_backup_sessions = false;  // `on-marked-up shutdown-backup-sessions`
  Location where;

  // Named by host, and nobody has found an address yet.
  [[nodiscard]] bool lacks_address() const {
    return !host.empty() && address.address.is_unspecified();
  }
};

}  // namespace wslb::config

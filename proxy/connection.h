// The two ends of a session: a socket with what has been received from it.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "base/ip_address.h"
#include "base/time.h"
#include "proxy/connection_gate.h"
#include "proxy/http/variables.h"
#include "proxy/input_buffer.h"
#include "proxy/kept_client.h"
#include "proxy/server_pool.h"
#include "proxy/socket_address.h"
#include "proxy/stick_counters.h"
#include "proxy/stream.h"
#include "proxy/turn_time.h"

namespace wslb::proxy {

struct ClientConnection {
  ClientConnection(const boost::asio::any_io_executor& executor, int fd, const base::Endpoint& peer,
                   ConnectionLease admitted, KeptClient in_vault)
      : destination(local_endpoint(fd)),
        address(peer),
        stream(executor, fd),
        kept(std::move(in_vault)),
        lease(std::move(admitted)) {
    if (kept) stream.keep(kept);
  }

  // Its next request may be read by whoever comes after this process, if all of it is still there
  // and nothing is remembered of the connection that only this process knows.
  void settle() {
    if (input.empty() && variables.empty()) kept.settle(stream.received(), stream.sent());
  }

  base::Endpoint destination;
  base::Endpoint address;
  Stream stream;
  KeptClient kept;  // after the stream, so that the vault lets it go before it is closed
  InputBuffer input;
  ConnectionLease lease;
  std::shared_ptr<const TlsFacts> tls;  // null: in clear text
  http::Variables variables;            // sess.
  TrackedEntries tracked;               // by the rules of the connection
  const config::Bind* bind = nullptr;   // by which it came
  std::chrono::system_clock::time_point accepted = TurnTime::wall();
};

struct ServerConnection {
  ServerConnection(const boost::asio::any_io_executor& executor, int fd) : stream(executor, fd) {}

  Stream stream;
  InputBuffer input;
  const ServerPool* pool = nullptr;  // together with `server`: whom it leads to
  std::size_t server = 0;
  base::Endpoint address;  // where it was then
  base::Endpoint source;   // ours
  std::string sni;         // the name under which it was made
  bool reused = false;     // it has carried a request before
};

// A non-blocking socket for that server at that address, or nothing when descriptors ran out.
std::optional<int> open_socket(const SocketAddress& address, const config::Server& server);

// An unset time-out never ends.
inline base::TimePoint deadline_after(std::optional<base::Duration> timeout) {
  return timeout ? TurnTime::now() + *timeout : base::TimePoint::max();
}

}  // namespace wslb::proxy

// What has to be known of a tunnel, or of a client, besides its bytes, as text for the vault: whose
// it is, what its log line will say, which entries of stick tables it holds (tunnel.proto). Written
// when the tunnel begins; read by the process that comes after one that was killed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.h"
#include "proxy/connection.h"
#include "proxy/request_record.h"
#include "proxy/service.h"
#include "proxy/stick_counters.h"
#include "proxy/tunnel.h"

namespace wslb::proxy {

struct TunnelHoldKeys {
  struct Key {
    std::string table;
    base::Bytes key;
    std::uint32_t tracker = 0;  // see tunnel.proto
  };
  std::vector<Key> keys;
};

struct TunnelFacts {
  std::string_view frontend;
  const base::Endpoint& client;
  const TunnelLimits& limits;
  const RequestRecord& record;
  const TrackedEntries& of_session;
  const TrackedEntries& of_request;
  const std::vector<StickHold>& pins;
};
[[nodiscard]] std::string write_tunnel_facts(const TunnelFacts& facts);

// Nothing points into the text.
struct ReadTunnelFacts {
  Frontend* frontend = nullptr;  // of the service
  base::Endpoint client;
  TunnelLimits limits;
  RequestRecord record;  // its pool and server are the service's
  TunnelHoldKeys holds;
};
// Nothing: it is damaged, or its frontend or server is not in that configuration any more.
[[nodiscard]] std::optional<ReadTunnelFacts> read_tunnel_facts(const std::string& text,
                                                               const Service& service);

// The same of a client's connection that is no tunnel yet: all that can be known at its acceptance;
// and with what a PROXY header and the rules of the connection have made of it.
[[nodiscard]] std::string write_client_facts(std::string_view frontend, const config::Bind& bind);
[[nodiscard]] std::string write_client_facts(std::string_view frontend,
                                             const ClientConnection& client);

struct ReadClientFacts {
  Frontend* frontend = nullptr;          // of the service
  const config::Bind* bind = nullptr;    // likewise; null: it is not in that configuration any more
  std::optional<base::Endpoint> client;  // nothing: its socket's
  std::optional<base::Endpoint> destination;
  TunnelHoldKeys holds;
};
[[nodiscard]] std::optional<ReadClientFacts> read_client_facts(const std::string& text,
                                                               const Service& service);

// Holds that entry again, which is made where the tables do not have it any more. Nothing: there is
// no such table, or it is full.
[[nodiscard]] std::optional<StickHold> hold_again(const StickTables& tables,
                                                  const TunnelHoldKeys::Key& key,
                                                  stick::Table::Holder holder);

}  // namespace wslb::proxy

// What has to be known of a tunnel besides its bytes, as text for the vault: whose it is, what its
// log line will say, which entries of stick tables it holds (tunnel.proto). Written when the tunnel
// begins; read by the process that comes after one that was killed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.h"
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

}  // namespace wslb::proxy

// The PROXY protocol, versions 1 (a line of text) and 2 (binary): the header in which the proxy in
// front of us says for whom it connects, and with which we say so to a server. Its forms are those
// of HAProxy's proxy-protocol.txt, read strictly: what is not exactly such a header is refused.
//
// The session parses what comes before a client's first byte; the connection to a server begins
// with what is serialised here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ip_address.h"

namespace wslb::proxy::http {

struct ProxyAddresses {
  base::Endpoint source;
  base::Endpoint destination;
  bool operator==(const ProxyAddresses&) const = default;
};

struct ProxyHeader {
  enum class Status : std::uint8_t {
    Incomplete,  // every byte so far belongs to the header
    Complete,
    Foreign,    // something else than a PROXY header
    Malformed,  // one, but not to the letter
  };
  // The longest that is accepted; the protocol allows 64 KiB, for extensions that nobody sends.
  static constexpr std::size_t kBytesMax = 4096;

  Status status = Status::Incomplete;
  std::size_t bytes = 0;  // of a complete one
  // Nothing: the proxy in front speaks for itself (LOCAL, UNKNOWN), so the connection's own count.
  std::optional<ProxyAddresses> addresses;
};

[[nodiscard]] ProxyHeader parse_proxy_header(std::string_view received);

enum class ProxyVersion : std::uint8_t { V1, V2 };

// Without addresses it says UNKNOWN or LOCAL.
[[nodiscard]] std::string serialise_proxy_header(ProxyVersion version,
                                                 const std::optional<ProxyAddresses>& addresses);

}  // namespace wslb::proxy::http

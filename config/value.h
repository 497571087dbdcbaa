// Reads the values that keywords take: numbers, durations, addresses. The errors are fragments
// that begin with "expects", for the caller to put what they are about in front.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/ip_address.h"
#include "base/result.h"
#include "base/time.h"

namespace wslb::config {

[[nodiscard]] base::Result<std::int64_t> parse_integer(std::string_view text, std::int64_t min,
                                                       std::int64_t max);

// HAProxy's form: a number and us, ms, s, m, h or d; milliseconds without a unit. At most
// 2147483647 ms (24.8 days), as in HAProxy.
[[nodiscard]] base::Result<base::Duration> parse_duration(std::string_view text);

// The same in HAProxy's resolution: part of a millisecond counts as a whole one.
[[nodiscard]] base::Result<base::Duration> parse_timer(std::string_view text);

// A name that a resolver may know, such as app1.internal; no address, `localhost` or mistyped
// address.
[[nodiscard]] bool is_host_name(std::string_view text);

// An address literal or `localhost`; other host names are refused, as is whatever is no host.
[[nodiscard]] base::Result<base::IpAddress> parse_host(std::string_view text);

// `HOST`, `HOST:PORT`, `*:PORT`, `:PORT`, `[V6]:PORT`, `V6:PORT`. As in HAProxy the last colon
// parts host and port, so an IPv6 address without a port needs brackets or a final colon.
struct HostPort {
  std::optional<base::IpAddress> host;  // nullopt: empty or `*`
  std::optional<std::uint16_t> port;
};
[[nodiscard]] base::Result<HostPort> parse_host_port(std::string_view text);

// How many bits of an address of `bits` (32 or 128) count: "24", or "255.255.255.0", "ffff::".
[[nodiscard]] std::optional<int> parse_mask(std::string_view text, int bits);

// "10ms", "1.5s": for messages.
[[nodiscard]] std::string to_text(base::Duration duration);

}  // namespace wslb::config

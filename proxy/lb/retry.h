// What to do when connecting to a server failed: try it again, go to another, or give up. A pure
// rule (HAProxy's `retries` and `option redispatch`); the session asks it after each failure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>

#include "base/time.h"
#include "config/proxy_section.h"

namespace wslb::proxy::lb {

// Connect to the same server again after `delay`; the slot is kept meanwhile.
struct RetrySame {
  base::Duration delay{0};
};
// Release the slot, wait `delay` (mostly 0), then assign() with `avoid` and without the cookie.
struct Redispatch {
  base::Duration delay{0};
};
struct GiveUp {};  // release the slot, answer 503
using RetryVerdict = std::variant<RetrySame, Redispatch, GiveUp>;

struct ConnectFailure {
  int failures = 1;                // failed connects of this request so far, this one included
  bool by_cookie = false;          // Assigned::by_cookie of the server that failed
  std::size_t usable_servers = 0;  // Backend::usable_servers()
  bool server_usable = true;       // Backend::is_usable() of the server that failed
  bool forced = false;             // `force-persist`: to no other server
  bool timed_out = false;          // `timeout connect` passed; else refused or unreachable
};

[[nodiscard]] RetryVerdict after_connect_failure(const config::ProxySection& section,
                                                 const ConnectFailure& failure);

// Whether the retry after that goes to another server.
[[nodiscard]] bool is_redispatched(const config::ProxySection& section,
                                   const ConnectFailure& failure);

// What became of a request that a server got.
enum class ResponseFailure : std::uint8_t { Empty, Junk, Timeout };

// `retry-on`: whether that is a reason to send it once more.
[[nodiscard]] bool is_retried(const config::RetryOn& events, ResponseFailure failure);

}  // namespace wslb::proxy::lb

// The part of an Exchange that decides whether a server's answer, or the lack of one, is a reason
// to ask once more (`retry-on`).
#include <algorithm>

#include "proxy/exchange.h"
#include "proxy/lb/retry.h"

namespace wslb::proxy {

// A request with a body is not kept, and goes to one server alone.
bool Exchange::may_retry(const std::optional<http::ResponseHead>& response) {
  const config::ProxySection& section = backend();
  const bool kept = framing_.kind == http::Framing::Kind::None && !interim_sent_;
  if (!kept || static_cast<int>(record_.retries) >= section.retries) return false;
  if (response) {
    if (std::ranges::count(section.retry_on.statuses, response->status) == 0) return false;
  } else {
    using lb::ResponseFailure;
    const char cause = record_.termination.cause;
    if (cause != 's' && cause != 'S' && cause != 'P') return false;
    const ResponseFailure kind = cause == 's'   ? ResponseFailure::Timeout
                                 : cause == 'S' ? ResponseFailure::Empty
                                                : ResponseFailure::Junk;
    if (!lb::is_retried(section.retry_on, kind)) return false;
  }
  const std::size_t server = link_.slot->server();
  const lb::ConnectFailure failure{.failures = static_cast<int>(record_.retries) + 1,
                                   .by_cookie = link_.slot->by_cookie(),
                                   .usable_servers = pool_->usable_servers(),
                                   .server_usable = pool_->is_usable(server),
                                   .forced = persistence_ == Persistence::Forced};
  prefer_.reset();
  avoid_.reset();
  if (lb::is_redispatched(section, failure)) {
    cookie_.reset();
    named_.reset();
    avoid_ = server;
    record_.redispatched = true;
  } else {
    prefer_ = server;
  }
  response_begun_ = false;
  ++record_.retries;
  return true;
}

}  // namespace wslb::proxy

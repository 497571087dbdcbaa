#include "proxy/lb/retry.h"

#include <algorithm>
#include <chrono>

namespace wslb::proxy::lb {

namespace {

// A retry to the same server waits, since a server that restarts is back in a moment. After a
// time-out that moment has passed already.
base::Duration turnaround(const config::ProxySection& section, bool timed_out) {
  if (timed_out) return base::Duration(0);
  const base::Duration longest = std::chrono::seconds(1);
  const base::Duration connect = section.timeouts.connect.value_or(base::Duration(0));
  return connect.count() > 0 ? std::min(longest, connect) : longest;
}

// `retry` counts from 1. Interval N: every N-th retry; -N: the N-th from the last on.
bool retry_is_for_redispatch(int retry, int retries, int interval) {
  if (interval > 0) return retry % interval == 0;
  return interval < 0 && retry == retries + 1 + interval;
}

}  // namespace

RetryVerdict after_connect_failure(const config::ProxySection& section,
                                   const ConnectFailure& failure) {
  if (failure.failures > section.retries || !section.retry_on.connect_failure) return GiveUp{};
  if (is_redispatched(section, failure)) return Redispatch{};
  return RetrySame{turnaround(section, failure.timed_out)};
}

bool is_redispatched(const config::ProxySection& section, const ConnectFailure& failure) {
  const bool another = failure.usable_servers > (failure.server_usable ? 1U : 0U);
  if (!section.options.redispatch || !another || failure.forced) return false;
  // A client that is not bound to the server by its cookie has no reason to wait for it.
  if (!failure.by_cookie && section.balance.takes_turns()) return true;
  return retry_is_for_redispatch(failure.failures, section.retries, *section.options.redispatch);
}

bool is_retried(const config::RetryOn& events, ResponseFailure failure) {
  switch (failure) {
    case ResponseFailure::Empty:
      return events.empty_response;
    case ResponseFailure::Junk:
      return events.junk_response;
    case ResponseFailure::Timeout:
      return events.response_timeout;
  }
  return false;
}

}  // namespace wslb::proxy::lb

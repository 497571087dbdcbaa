// `retry-on EVENT...`: what is tried again, so many times as `retries` says.
#pragma once

#include <vector>

namespace wslb::config {

struct RetryOn {
  bool connect_failure = true;    // no connection, or no TLS
  bool empty_response = false;    // the server closed before its head was whole
  bool junk_response = false;     // malformed
  bool response_timeout = false;  // `timeout server`
  std::vector<int> statuses;
};

}  // namespace wslb::config

// `retry-on EVENT...`: what is tried again, so many times as `retries` says.
#pragma once

#include <vector>

namespace wslb::config {

struct RetryOn {
  bool connect_failure = true;    // no connection, or no TLS
  bool empty_response = false;    // the server closed without a word
  bool junk_response = false;     // malformed, or not whole
  bool response_timeout = false;  // `timeout server`
  std::vector<int> statuses;
};

}  // namespace wslb::config

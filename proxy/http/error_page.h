// The few responses that the proxy makes itself. Whole messages, ready to send; each closes the
// connection and forbids caching.
#pragma once

#include <string>
#include <string_view>

namespace wslb::proxy::http {

// 400, 408, 413, 414, 429, 431, 500, 501, 502, 503, 504 or 505; any other status becomes 500.
// `request_method` "HEAD" leaves the body out; empty: not known.
std::string error_page(int status, std::string_view request_method = {});

// What `monitor-uri` answers.
std::string monitor_page(std::string_view request_method, bool keeps_alive);

// "Bad Request" for 400; empty for a status that error_page() does not make.
std::string_view reason_phrase(int status);

}  // namespace wslb::proxy::http

// The part of a request that decides its server where the backend balances by a hash: `balance
// uri`, `url_param` and `hdr`. The session hashes it (lb/hash.h); `source` needs no request.
#pragma once

#include <optional>
#include <string_view>

#include "config/balance.h"
#include "proxy/http/request.h"

namespace wslb::proxy::http {

// Nullopt: the request lacks it, or the algorithm needs none. The view lives as long as the head.
[[nodiscard]] std::optional<std::string_view> balance_key(const config::Balance& balance,
                                                          const RequestHead& head);
// Of `url_param ... check_post`: in a body.
[[nodiscard]] std::optional<std::string_view> balance_key_of_form(const config::Balance& balance,
                                                                  std::string_view form);

}  // namespace wslb::proxy::http

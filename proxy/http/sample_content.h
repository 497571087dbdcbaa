// The samples of what a connection has sent so far, in either mode. Used by sample.cpp only.
#pragma once

#include <optional>

#include "config/sample.h"
#include "proxy/http/transaction.h"

namespace wslb::proxy::http {

[[nodiscard]] std::optional<Value> content_value(const config::Sample& sample,
                                                 const Transaction& transaction);

// req.body and its like, and unique-id.
[[nodiscard]] std::optional<Value> body_value(const config::Sample& sample,
                                              const Transaction& transaction);

}  // namespace wslb::proxy::http

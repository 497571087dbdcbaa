// The samples about who a request comes from. Used by sample.cpp only.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "config/sample.h"
#include "proxy/http/transaction.h"

namespace wslb::proxy::http {

// http_auth(), http_auth_user and their like; of http_auth_group() the user.
[[nodiscard]] std::optional<Value> auth_value(const config::Sample& sample,
                                              const Transaction& transaction);

// Whether `visit` returned true for one of the authentic user's groups.
bool any_auth_group(const config::Sample& sample, const Transaction& transaction,
                    const std::function<bool(const Value&)>& visit);

}  // namespace wslb::proxy::http

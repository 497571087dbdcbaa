// Evaluates sample expressions (config/sample.h says what they mean). Pure: everything comes from
// the transaction.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "config/sample.h"
#include "proxy/http/transaction.h"
#include "proxy/http/value.h"

namespace wslb::proxy::http {

// One value, as rules and log formats want it: of several headers of a name the last. Its views
// live as long as the heads of the transaction stay unchanged.
[[nodiscard]] std::optional<Value> sample_value(const config::Sample& sample,
                                                const Transaction& transaction);
// Its text; empty where there is no value.
[[nodiscard]] std::string sample_text(const config::Sample& sample, const Transaction& transaction);

// Every value, as ACLs want it, until `visit` returns true; whether it did.
using Visit = std::function<bool(const Value&)>;
bool any_value(const config::Sample& sample, const Transaction& transaction, const Visit& visit);

}  // namespace wslb::proxy::http

// Converters: what a sample expression does to the value that it took. Used by sample.cpp.
#pragma once

#include <optional>

#include "config/sample.h"
#include "proxy/http/transaction.h"
#include "proxy/http/value.h"

namespace wslb::proxy::http {

// The value as another type; nothing where it has no such form.
[[nodiscard]] std::optional<Value> cast(const Value& value, config::SampleType type);

[[nodiscard]] std::optional<Value> convert(const config::Conversion& conversion, const Value& value,
                                           const Transaction& transaction);

}  // namespace wslb::proxy::http

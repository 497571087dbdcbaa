// The converters that calculate. What does not fit 64 bits becomes the nearest number that does.
#pragma once

#include <cstdint>

#include "config/sample.h"
#include "proxy/http/value.h"

namespace wslb::proxy::http {

// `converter` is ToBool or one behind it.
[[nodiscard]] Value calculate(config::Converter converter, std::int64_t number,
                              std::int64_t operand);

}  // namespace wslb::proxy::http

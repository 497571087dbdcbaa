// The names of converters, and how their arguments are read.
#pragma once

#include <string_view>

#include "base/result.h"
#include "config/sample.h"
#include "config/sample_arguments.h"

namespace wslb::config {

// Appends the conversion and sets the type that the sample has after it.
[[nodiscard]] base::Result<Conversion> make_conversion(std::string_view name,
                                                       const SampleArguments& arguments,
                                                       SampleType& type);

}  // namespace wslb::config

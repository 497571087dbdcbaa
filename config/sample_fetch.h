// The names of what can be sampled, and how their arguments are read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/sample.h"
#include "config/sample_arguments.h"

namespace wslb::config {

// Fills in everything of the sample but its text and conversions. The error says what is wrong with
// `name`, or that there is none such.
[[nodiscard]] base::Result<Sample> make_fetch(std::string_view name,
                                              const SampleArguments& arguments);

[[nodiscard]] bool is_fetch(std::string_view name);

[[nodiscard]] std::vector<std::string_view> fetch_names();

}  // namespace wslb::config

// `wslbctl keygen`: a fresh line for the cluster's secret file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"

namespace wslb::ctl {

// "BASE64" of 32 random bytes, with an id "ID BASE64"; ends with a newline.
[[nodiscard]] base::Result<std::string> generate_key(std::optional<std::uint8_t> id);

}  // namespace wslb::ctl

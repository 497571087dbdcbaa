// Lines of haproxy.cfg that wslb refuses but that may go: they tune or describe HAProxy itself.
#pragma once

#include <string>
#include <string_view>

namespace wslb::ctl::migration {

// Why the line may go; empty: it may not.
[[nodiscard]] std::string_view why_dispensable(std::string_view line);

}  // namespace wslb::ctl::migration

// The process's environment variables, for `${NAME}` in configuration files.
#pragma once

#include <functional>
#include <map>
#include <string>

namespace wslb::base {

[[nodiscard]] std::map<std::string, std::string, std::less<>> environment();

}  // namespace wslb::base

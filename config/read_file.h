// How the configuration gets at the files that it names while it is read (`acl ... -f FILE`). This
// library reads none itself: the proxy hands it a function that does. Without one, as in the agent,
// such files are not looked at.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"

namespace wslb::config {

using ReadFile = std::function<base::Result<std::string>(const std::string& path)>;

}  // namespace wslb::config

// What `errorfile`, `errorloc302` and `errorloc303` put in the place of an error's page.
#pragma once

#include <map>
#include <string>

#include "config/diagnostic.h"

namespace wslb::config {

struct ErrorReply {
  std::string file;     // empty: `message` is there already
  std::string message;  // the whole response; of a file once the proxy has read it, may be empty
  Location where;
};

using ErrorReplies = std::map<int, ErrorReply>;  // by status

}  // namespace wslb::config

// What `errorfile`, `errorloc302`, `errorloc303` and `http-error` put in the place of an error's
// page.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/diagnostic.h"
#include "config/rule.h"

namespace wslb::config {

struct ErrorReply {
  std::string file;     // empty: `message` is there already
  std::string message;  // the whole response; of a file once the proxy has read it, may be empty
  std::optional<OwnReply> own;  // `http-error`: made for each request instead
  Location where;
};

using ErrorReplies = std::map<int, ErrorReply>;  // by status

// `http-errors NAME`: replies for several sections.
struct HttpErrors {
  std::string name;
  ErrorReplies replies;
  Location where;
};

// A line about errors, carried out when all `http-errors` are known.
struct ErrorLine {
  std::vector<int> statuses;        // empty: all that `from` has
  std::optional<ErrorReply> reply;  // nothing, and no `from`: back to the usual page
  std::string from;                 // a `http-errors` section
  Location where;
};

}  // namespace wslb::config

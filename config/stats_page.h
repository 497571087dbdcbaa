// `stats enable|uri|realm|auth|refresh|hide-version|show-legends`: the page with the figures of
// `show stat`, which a frontend or backend serves under a URI.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"

namespace wslb::config {

struct StatsPage {
  std::string uri = "/haproxy?stats";  // what requests for it begin with
  std::string realm = "HAProxy Statistics";
  std::vector<std::pair<std::string, std::string>> users;  // with passwords; none: anybody
  std::optional<base::Duration> refresh;                   // how often browsers ask anew
  bool hide_version = false;
  bool show_legends = false;  // addresses, cookies and algorithms, too
};

}  // namespace wslb::config

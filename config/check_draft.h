// The check of a section while its lines are read. A section that has lines of its own does not go
// on with those of its `defaults`.
#pragma once

#include <optional>

#include "config/check_script.h"
#include "config/diagnostic.h"

namespace wslb::config {

struct CheckDraft {
  CheckScript http;
  CheckScript tcp;
  bool own_http = false;  // lines of this section
  bool own_tcp = false;
  std::optional<HealthCheck::Protocol> protocol;  // nothing: checks connect and no more
  std::optional<Location> http_lines;             // the last `http-check` of this section
  std::optional<Location> tcp_lines;
  bool disable_on_404 = false;
  bool logged = false;

  void begin_section() {
    own_http = own_tcp = false;
    http_lines.reset();
    tcp_lines.reset();
  }
};

}  // namespace wslb::config

// A text as a `log` target wants it: with the header of its format, cut to its length, and with a
// line end. Pure text; the shell sends it.
#pragma once

#include <string>
#include <string_view>

#include "config/log_target.h"
#include "proxy/http/log_facts.h"

namespace wslb::proxy::http {

struct SyslogOrigin {
  std::string_view tag;
  int process_id = 0;
  std::string_view host_name;  // empty: not sent
};

// Severity 0 emerg .. 7 debug. Nothing (empty) where the target does not want it.
std::string syslog_line(const config::LogTarget& target, int severity, const LogTime& now,
                        const SyslogOrigin& origin, std::string_view text);

}  // namespace wslb::proxy::http
